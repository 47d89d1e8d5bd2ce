"""A shadow of the device part that the server part understands, and a decoder of what it sends."""

import logging
import math
from dataclasses import replace

import numpy as np
import tensorflow as tf

from intercept.activations import observe, varying
from intercept.attackers import interface
from intercept.attackers.decoder.attacker import Attacker as Decoder
from intercept.attackers.decoder.settings import Settings as DecoderSettings
from intercept.attackers.fitting import Batches
from intercept.attackers.interface import Knowledge, Outcome, Pairs
from intercept.attackers.networks import build_encoder
from intercept.attackers.shadow.settings import Settings
from intercept.runtime.progress import Progress

_LEAST = 1e-6  # of a channel's variance
_KERNEL = 5  # of a convolution that leaves the size as it is

log = logging.getLogger("intercept")


class Attacker(interface.Attacker):
    """Inverts a device part of its own making.

    After the query-free attack of He, Zhang and Lee 2019 (*Model inversion attacks against
    collaborative inference*, ACSAC, section 6). Here the shadow is also held to the mean and
    deviation of what was seen, number by number, and a decoder inverts it.

    Args:
        settings: of the shadow, and epochs of the decoder.
        seed: initialises the weights and orders the images.
    """

    def __init__(self, settings: Settings, seed: int) -> None:
        self._settings = settings
        self._seed = seed

    def attack(
        self, knowledge: Knowledge, seen: np.ndarray, start: np.ndarray | None, name: str
    ) -> Outcome:
        """Answer every activation that was seen; see `Attacker`.

        The history is that of `intercept.attackers.fitting.fit_network`, of the decoder.
        """
        shadow = self._shadow(knowledge, seen, name)
        images = knowledge.fitting.images
        imagined = replace(knowledge, device=shadow, fitting=Pairs(images, observe(shadow, images)))
        decoder = Decoder(DecoderSettings(epochs=self._settings.decoder_epochs), self._seed)
        return decoder.attack(imagined, seen, None, name)

    def _shadow(self, knowledge: Knowledge, seen: np.ndarray, name: str) -> tf.keras.Model:
        """A device part of its own, trained on the attacker's images and their classes."""
        settings = self._settings
        tf.keras.utils.set_random_seed(self._seed)
        server = knowledge.server
        assert server is not None and knowledge.labels is not None  # the settings ask for them
        images = knowledge.fitting.images
        shadow = build_shadow(images.shape[1:], seen.shape[1:], bool(seen.min() >= 0))
        of_channels = seen.std(axis=tuple(range(seen.ndim - 1)))
        unit = np.where(varying(of_channels), of_channels, 1).astype(np.float32)
        wanted = _statistics(tf.constant(seen), unit)
        variables = shadow.trainable_variables
        batches = Batches(images, knowledge.labels, settings.batch_size, self._seed)
        # Unaltered, as what was seen is: copies that are turned or shifted have other statistics.
        own = knowledge.own.images
        plain = Batches(own, own, settings.statistics_batch, self._seed)
        steps = settings.epochs * len(batches)
        schedule = tf.keras.optimizers.schedules.CosineDecay(settings.learning_rate, steps)
        optimizer = tf.keras.optimizers.Adam(schedule)
        optimizer.build(variables)

        @tf.function
        def step(shown: tf.Tensor, labels: tf.Tensor, unaltered: tf.Tensor) -> tf.Tensor:
            with tf.GradientTape() as tape:
                answers = server(shadow(shown, training=True), training=False)
                losses = tf.keras.losses.sparse_categorical_crossentropy(labels, answers)
                found = _statistics(shadow(unaltered, training=True), unit)
                unlike = 2 * tf.reduce_mean(tf.math.squared_difference(found, wanted))
                loss = tf.reduce_mean(losses) + settings.statistics_weight * unlike
            gradients = tape.gradient(loss, variables)
            optimizer.apply_gradients(zip(gradients, variables, strict=True))
            right = tf.equal(tf.argmax(answers, axis=1), tf.cast(labels, tf.int64))
            return tf.reduce_mean(tf.cast(right, tf.float32))

        progress = Progress(f"{name}, shadow", "epoch", settings.epochs)
        for epoch in range(1, settings.epochs + 1):
            rights = [
                step(*batches[index], plain[index % len(plain)][0]) for index in range(len(batches))
            ]
            right = float(np.mean(rights))
            batches.on_epoch_end()
            plain.on_epoch_end()
            progress.report(epoch, f"accuracy of the server part behind it {right:.3f}")
        largest = np.bincount(knowledge.labels).max() / len(knowledge.labels)
        if right <= largest:
            log.warning(
                "%s: behind the shadow the server part names the classes of the attacker's images "
                "no better than guessing; they have to be the target's",
                name,
            )
        return shadow


def _statistics(sent: tf.Tensor, unit: np.ndarray) -> tf.Tensor:
    """Mean and deviation of each number that is sent, in units of its channel's deviation."""
    # What never varies has no slope there without the little that is added.
    deviation = tf.sqrt(tf.math.reduce_variance(sent, axis=0) + _LEAST * unit**2)
    return tf.stack([tf.reduce_mean(sent, axis=0) / unit, deviation / unit])


def build_shadow(
    image_shape: tuple[int, ...], activation_shape: tuple[int, ...], not_negative: bool
) -> tf.keras.Model:
    """A network from images to activations; to maps it keeps things in their places.

    Args:
        image_shape: (height, width, channels) of one image.
        activation_shape: of what is sent for one, one or three axes.
        not_negative: whether no number of it is below 0.

    Returns:
        A model, float32 images [n, height, width, channels] in [0, 1] to activations [n, ...].
    """
    layers = tf.keras.layers
    last = "relu" if not_negative else None
    if len(activation_shape) < 3 or activation_shape[:2] == (1, 1):
        encoder = build_encoder(image_shape, math.prod(activation_shape))
        sent = layers.Reshape(activation_shape)(layers.Activation(last or "linear")(encoder.output))
        return tf.keras.Model(encoder.input, sent, name="shadow")
    image = tf.keras.Input(image_shape, name="image")
    lost = {side - sent for side, sent in zip(image_shape[:2], activation_shape[:2], strict=True)}
    if len(lost) == 1 and 0 <= (border := lost.pop()) < min(image_shape[:2]) / 4:
        # About a place for each pixel: what one convolution sends, and one only has to be found.
        kernel, padding = (border + 1, "valid") if border else (_KERNEL, "same")
        sent = layers.Conv2D(activation_shape[2], kernel, padding=padding, activation=last)(image)
        return tf.keras.Model(image, sent, name="shadow")
    x = layers.Conv2D(32, 3, padding="same", activation="relu")(image)
    x = layers.Conv2D(64, 3, padding="same", activation="relu")(x)
    x = layers.Resizing(*activation_shape[:2], interpolation="bilinear")(x)
    x = layers.Conv2D(activation_shape[2], 3, padding="same", activation=last)(x)
    return tf.keras.Model(image, x, name="shadow")
