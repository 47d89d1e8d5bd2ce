"""The post's attacker: four transposed convolutions, after a notebook by T. Titcombe in PySyft."""

import math
from collections.abc import Callable

import numpy as np
import tensorflow as tf

from intercept.attackers import interface
from intercept.attackers.interface import Knowledge, Outcome, Pairs
from intercept.attackers.post.settings import Settings
from intercept.runtime.progress import Progress

_PREDICTION_BATCH = 256


def build_decoder(
    activation_shape: tuple[int, ...], image_shape: tuple[int, ...]
) -> tf.keras.Model:
    """The decoder, untrained.

    Args:
        activation_shape: (1, 1, channels) in the post; here any vector or map.
        image_shape: (height, width, channels). The four layers of the post come to (105, 105, 1);
            for other shapes their strides are the same, the first kernel is an eighth of the
            image, and the margins are cropped.

    Returns:
        A model from activations [n, ...] to images [n, height, width, channels] that are 0 or more
        and may exceed 1.
    """
    layers = tf.keras.layers
    code = x = tf.keras.Input(activation_shape, name="activation")
    as_in_the_post = activation_shape[:-1] == (1, 1) and image_shape == (105, 105, 1)
    kernel, padding = ((9, 9), "valid") if as_in_the_post else (_eighth(image_shape), "same")
    channels = image_shape[2]
    if len(activation_shape) == 3 and activation_shape[:2] != (1, 1):
        x = layers.Conv2D(32, 7, padding="same", activation="relu", name="decoder_1")(x)
        x = layers.Resizing(*kernel, name="resizing")(x)
    else:
        if len(activation_shape) == 1:
            x = layers.Reshape((1, 1, *activation_shape), name="one_place")(x)
        x = layers.Conv2DTranspose(32, kernel, activation="relu", name="decoder_1")(x)
    for number, (filters, size) in enumerate(((32, 7), (channels, 7), (channels, 5)), start=2):
        name = f"decoder_{number}"
        x = layers.Conv2DTranspose(filters, size, 2, padding, activation="relu", name=name)(x)
    if not as_in_the_post:
        x = layers.CenterCrop(*image_shape[:2], name="margins")(x)
    return tf.keras.Model(code, x, name="attacker")


def _eighth(image_shape: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(math.ceil(side / 8) for side in image_shape[:2])


class Attacker(interface.Attacker):
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
        self, knowledge: Knowledge, seen: np.ndarray, start: np.ndarray | None, name: str
    ) -> Outcome:
        """Answer every activation that was seen; see `Attacker`.

        The history has for each epoch ``epoch`` (from 1) and ``mse``, the mean squared error over
        the epoch's batches before each update, as the post reports it.
        """
        tf.keras.utils.set_random_seed(self._seed)
        own = knowledge.own
        decoder = build_decoder(own.activations.shape[1:], own.images.shape[1:])
        history = self._train(decoder, own, name)
        rebuilt = decoder.predict(seen, batch_size=_PREDICTION_BATCH, verbose=0)
        return Outcome(np.clip(rebuilt, 0, 1), history, decoder)

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
            history.append({"epoch": epoch, "mse": squared_error / math.prod(own.images.shape)})
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
