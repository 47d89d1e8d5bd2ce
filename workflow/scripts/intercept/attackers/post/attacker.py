"""The post's attacker: four transposed convolutions, after a notebook by T. Titcombe in PySyft."""

from collections.abc import Callable, Mapping

import numpy as np
import tensorflow as tf

from intercept.attackers.interface import Knowledge, Outcome, Pairs
from intercept.attackers.post.settings import Settings
from intercept.attackers.progress import Progress
from intercept.errors import UserError

_PREDICTION_BATCH = 256


def build_decoder(
    activation_shape: tuple[int, ...], image_shape: tuple[int, ...]
) -> tf.keras.Model:
    """The decoder, untrained.

    Args:
        activation_shape: (1, 1, channels).
        image_shape: (105, 105, 1), which the four layers come to.

    Returns:
        A model from activations [n, 1, 1, channels] to images [n, 105, 105, 1] that are 0 or
        more and may exceed 1.

    Raises:
        UserError: the shapes are others.
    """
    layers = tf.keras.layers
    decoder = (
        tf.keras.Sequential(
            [
                tf.keras.Input(activation_shape, name="activation"),
                layers.Conv2DTranspose(32, 9, strides=1, activation="relu", name="decoder_1"),
                layers.Conv2DTranspose(32, 7, strides=2, activation="relu", name="decoder_2"),
                layers.Conv2DTranspose(1, 7, strides=2, activation="relu", name="decoder_3"),
                layers.Conv2DTranspose(1, 5, strides=2, activation="relu", name="decoder_4"),
            ],
            name="attacker",
        )
        if len(activation_shape) == 3
        else None
    )
    if decoder is None or decoder.output_shape[1:] != tuple(image_shape):
        raise UserError(
            f"attackers: 'post' rebuilds 105×105×1 images from 1×1 activations; this release has "
            f"activations of shape {tuple(activation_shape)} and images of {tuple(image_shape)}"
        )
    return decoder


class Attacker:
    """The post's decoder, trained as in the post on every image of the attacker's.

    Adam follows the gradient of the squared error summed over a batch's pixels; the images keep
    their order; nothing is held out.

    Args:
        settings: epochs, batch size and learning rate.
        seed: initialises the weights.
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

        The history has for each epoch ``epoch`` (from 1) and ``mse``, the mean squared error over
        the epoch's batches before each update, as the post reports it.
        """
        tf.keras.utils.set_random_seed(self._seed)
        own = knowledge.own
        decoder = build_decoder(own.activations.shape[1:], own.images.shape[1:])
        history = self._train(decoder, own, name)
        answers = {
            role: np.clip(
                decoder.predict(activations, batch_size=_PREDICTION_BATCH, verbose=0), 0, 1
            )
            for role, activations in observed.items()
        }
        return Outcome(answers, history, decoder)

    def _train(self, decoder: tf.keras.Model, own: Pairs, name: str) -> list[dict[str, float]]:
        settings = self._settings
        optimizer = tf.keras.optimizers.Adam(settings.learning_rate)
        optimizer.build(decoder.trainable_variables)
        step = train_step(decoder, optimizer)
        progress = Progress(name, "epoch", settings.epochs)
        history = []
        for epoch in range(1, settings.epochs + 1):
            squared_error = 0.0
            for first in range(0, len(own), settings.batch_size):
                batch = slice(first, first + settings.batch_size)
                squared_error += float(step(own.activations[batch], own.images[batch]))
            history.append({"epoch": epoch, "mse": squared_error / own.images.size})
            progress.report(epoch, f"MSE {history[-1]['mse']:.4f}")
        return history


def train_step(
    decoder: tf.keras.Model, optimizer: tf.keras.optimizers.Optimizer
) -> Callable[[np.ndarray, np.ndarray], tf.Tensor]:
    """One update; returns the batch's squared error, summed over images and pixels."""
    variables = decoder.trainable_variables

    @tf.function(
        input_signature=[
            tf.TensorSpec(decoder.input_shape, tf.float32),
            tf.TensorSpec(decoder.output_shape, tf.float32),
        ]
    )
    def step(activations: tf.Tensor, images: tf.Tensor) -> tf.Tensor:
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(tf.math.squared_difference(images, decoder(activations)))
        gradients = tape.gradient(loss, variables)
        optimizer.apply_gradients(zip(gradients, variables, strict=True))
        return loss

    return step
