"""The post's attacker: four transposed convolutions, after a notebook by T. Titcombe in PySyft."""

import logging
import time
from collections.abc import Callable

import numpy as np
import tensorflow as tf

from intercept.attackers.settings import DecoderSettings
from intercept.errors import UserError

log = logging.getLogger("intercept")

_SECONDS_BETWEEN_REPORTS = 10


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


class PostAttacker:
    """The post's decoder, trained as in the post.

    Adam follows the gradient of the squared error summed over a batch's pixels; the images keep
    their order; nothing is validated.

    Args:
        settings: epochs, batch size and learning rate.
        seed: initialises the weights.
    """

    def __init__(self, settings: DecoderSettings, seed: int) -> None:
        self._settings = settings
        self._seed = seed
        self.network: tf.keras.Model | None = None

    def fit(self, activations: np.ndarray, images: np.ndarray, name: str) -> list[dict[str, float]]:
        """Learn to rebuild images from what the wire carries for them.

        Args:
            activations: float32 [n, 1, 1, channels].
            images: float32 [n, 105, 105, 1] in [0, 1], the attacker's own.
            name: whose training it is, for the lines of progress.

        Returns:
            For each epoch ``epoch`` (from 1) and ``mse``, the mean squared error over the
            epoch's batches before each update, as the post reports it.
        """
        settings = self._settings
        tf.keras.utils.set_random_seed(self._seed)
        decoder = build_decoder(activations.shape[1:], images.shape[1:])
        optimizer = tf.keras.optimizers.Adam(settings.learning_rate)
        optimizer.build(decoder.trainable_variables)
        step = _train_step(decoder, optimizer)
        history = []
        begin = last_report = time.monotonic()
        for epoch in range(1, settings.epochs + 1):
            squared_error = 0.0
            for first in range(0, len(images), settings.batch_size):
                batch = slice(first, first + settings.batch_size)
                squared_error += float(step(activations[batch], images[batch]))
            history.append({"epoch": epoch, "mse": squared_error / images.size})
            now = time.monotonic()
            if now - last_report > _SECONDS_BETWEEN_REPORTS or epoch == settings.epochs:
                last_report = now
                left = (now - begin) / epoch * (settings.epochs - epoch)
                log.info(
                    "%s | epoch %d/%d | MSE %.4f | %.0f s left",
                    name,
                    epoch,
                    settings.epochs,
                    history[-1]["mse"],
                    left,
                )
        self.network = decoder
        return history


def _train_step(
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
