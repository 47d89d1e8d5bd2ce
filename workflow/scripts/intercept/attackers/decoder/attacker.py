"""A decoder that gives for each pixel the probability that it is paper."""

from collections.abc import Mapping

import numpy as np
import tensorflow as tf

from intercept.attackers.decoder.settings import Settings
from intercept.attackers.fitting import fit_images, mean_value
from intercept.attackers.interface import Knowledge, Outcome
from intercept.attackers.networks import build_decoder

_PREDICTION_BATCH = 256
_DISTURBANCE = 0.3  # of the activation's standard deviation; favoured by alphabets held out


class Attacker:
    """Learns from altered copies too, and stops by alphabets that it has not learned from.

    The loss is the cross-entropy of each pixel, for drawings are ink or paper: its minimum is the
    probability given the activation, which is also the answer of least squared error. It keeps
    the faint chances of ink that a ReLU cuts off.

    Args:
        settings: epochs, batch size and learning rate.
        seed: initialises the weights and orders the images.
    """

    def __init__(self, settings: Settings, seed: int) -> None:
        self._settings = settings
        self._seed = seed

    def attack(
        self,
        knowledge: Knowledge,
        observed: Mapping[str, np.ndarray],
        start: Mapping[str, np.ndarray] | None,
        name: str,
    ) -> Outcome:
        """Answer every activation that was seen; see `intercept.attackers.interface`.

        The history has for each epoch ``epoch`` (from 1), ``mse`` over the epoch's batches before
        each update, and ``held_out_mse``.
        """
        tf.keras.utils.set_random_seed(self._seed)
        fitting, held_out = knowledge.fitting, knowledge.held_out
        activation = tf.keras.Input(fitting.activations.shape[1:], name="activation")
        channels = tf.keras.layers.Normalization(axis=-1)
        channels.adapt(fitting.activations)
        decoder = build_decoder(
            activation.shape[1:], fitting.images.shape[1:], mean_value(fitting.images)
        )
        # Noise on the input keeps it from remembering images by the last digits of activations.
        disturbed = tf.keras.layers.GaussianNoise(_DISTURBANCE)(channels(activation))
        logits = tf.keras.Model(activation, decoder(disturbed))
        history = fit_images(
            logits,
            (fitting.activations, fitting.images),
            (held_out.activations, held_out.images),
            self._settings,
            self._seed,
            name,
        )
        network = tf.keras.Model(activation, tf.sigmoid(logits.output), name="attacker")
        answers = {
            role: network.predict(activations, batch_size=_PREDICTION_BATCH, verbose=0)
            for role, activations in observed.items()
        }
        return Outcome(answers, history, network)
