"""A decoder that is trained as it is judged: by which image its answer is nearest to."""

from collections.abc import Mapping

import numpy as np
import tensorflow as tf

from intercept.attackers.components import (
    coordinates,
    dense_network,
    painted,
    principal_components,
    squared_distances,
    squared_errors,
)
from intercept.attackers.contrastive.settings import Settings
from intercept.attackers.fitting import fit_network
from intercept.attackers.interface import Knowledge, Outcome

_PREDICTION_BATCH = 256

# By the held-out alphabet of Omniglot's small1. Without the weight of the squared error answers
# identify as well and look less like drawings.
_DROPOUT = 0.2
_SHARPNESS = 20.0  # of the comparison, for squared distances in units of the images' variance
_WEIGHT = 2.0  # of the squared error in these units, beside the comparison in nats


class Attacker:
    """Learns the answer by which an image is told from others.

    The negative squared distances of an answer to all images of a batch are the logits of which
    of them it came from (InfoNCE; van den Oord, Li and Vinyals 2018, arXiv 1807.03748). The
    answer of least squared error alone is faint wherever it is unsure, so that what it is nearest
    to is whatever has little ink.

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

        The history is that of `intercept.attackers.fitting.fit_network`.
        """
        tf.keras.utils.set_random_seed(self._seed)
        fitting, held_out = knowledge.fitting, knowledge.held_out
        components = principal_components(fitting.images, self._seed)
        targets = coordinates(components, fitting.images)
        variance = float(np.mean(squared_errors(targets, np.zeros_like(targets[:, :-1])))) or 1.0
        shares = dense_network(fitting.activations, components.n_components_, _DROPOUT)

        def loss(true: tf.Tensor, answers: tf.Tensor) -> tf.Tensor:
            logits = -_SHARPNESS / variance * squared_distances(true, answers)
            comparison = tf.nn.sparse_softmax_cross_entropy_with_logits(
                tf.range(tf.shape(true)[0]), logits
            )
            return comparison + _WEIGHT / variance * squared_errors(true, answers)

        def squared_error(true: tf.Tensor, answers: tf.Tensor) -> tf.Tensor:
            return squared_errors(true, answers) / components.n_features_in_

        history = fit_network(
            shares,
            (fitting.activations, targets),
            (held_out.activations, coordinates(components, held_out.images)),
            self._settings,
            self._seed,
            name,
            loss,
            squared_error,
        )
        image = painted(shares.output, components, fitting.images.shape[1:])
        network = tf.keras.Model(shares.input, tf.clip_by_value(image, 0, 1), name="contrastive")
        answers = {
            role: network.predict(activations, batch_size=_PREDICTION_BATCH, verbose=0)
            for role, activations in observed.items()
        }
        return Outcome(answers, history, network)
