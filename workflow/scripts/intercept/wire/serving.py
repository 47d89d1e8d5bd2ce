"""The server part behind a defended wire: how often it is right, and how it learns to be."""

import numpy as np
import tensorflow as tf

from intercept.datasets.cache import ImageSet
from intercept.devices.activations import observe
from intercept.devices.interface import Device
from intercept.wire.chance import Reading

_EPOCHS = 10
_BATCH_SIZE = 128
_LEARNING_RATE = 0.001
_HIDDEN = 256  # units of the server part that names characters
FINE_TUNING = {"epochs": _EPOCHS, "batch_size": _BATCH_SIZE, "learning_rate": _LEARNING_RATE}


def learns(server: Device | None) -> bool:
    """Whether there is a server part that can be trained further: one of Keras."""
    return isinstance(server, tf.keras.Model)


def hits(server: Device, sent: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Whether the server part names each class: float64 [n], 0 or 1.

    Args:
        server: what came over the wire to probabilities.
        sent: float32 [n, ...].
        labels: int64 [n].
    """
    return (observe(server, sent).argmax(axis=1) == labels).astype(np.float64)


def fine_tune(
    server: tf.keras.Model,
    signals: np.ndarray,
    read: Reading,
    labels: np.ndarray,
    seed: int,
) -> tf.keras.Model:
    """Train the server part further on what a defended wire carries.

    Adam by `FINE_TUNING`, its learning rate falling to zero along a cosine; every epoch meets
    noise of its own. BatchNorm stays as it is, its scale and offset too. There is no differential
    privacy in it, so that no account of the target's training covers the outcome.

    Args:
        server: what comes over the wire to probabilities; it stays as it is.
        signals: float32 [n, ...], what is sent without noise for each training image.
        read: how the wire is read, by chance of its own each time.
        labels: int64 [n].
        seed: orders the images, draws the noise and what dropout drops.

    Returns:
        A server part of the same layers; one without weights cannot learn.
    """
    tf.keras.utils.set_random_seed(seed)
    tuned = tf.keras.models.clone_model(server)
    tuned.set_weights(server.get_weights())
    if not tuned.trainable_weights:
        return tuned
    for layer in tuned.submodules:  # also those in layers that wrap others
        if isinstance(layer, tf.keras.layers.BatchNormalization):
            layer.trainable = False
    generator = np.random.default_rng(seed)
    steps = _EPOCHS * -(-len(labels) // _BATCH_SIZE)
    schedule = tf.keras.optimizers.schedules.CosineDecay(_LEARNING_RATE, steps)
    tuned.compile(tf.keras.optimizers.Adam(schedule), "sparse_categorical_crossentropy")
    for _ in range(_EPOCHS):
        order = generator.permutation(len(labels))
        sent = read(signals[order], generator)
        tuned.fit(sent, labels[order], _BATCH_SIZE, epochs=1, shuffle=False, verbose=0)
    return tuned


def has_more_characters(training: ImageSet, validation: ImageSet) -> bool:
    """Whether there is another task than the class: `names_characters` of some validation image."""
    characters = np.unique(training.characters)
    known = np.isin(validation.characters, characters).any()
    return len(characters) > len(np.unique(training.labels)) and bool(known)


def names_characters(
    signals: np.ndarray,
    sent: np.ndarray,
    read: Reading,
    training: ImageSet,
    validation: ImageSet,
    seed: int,
) -> np.ndarray:
    """Whether a server part that was made for another task than the class is right.

    It learns characters, by `fine_tune`, from what the wire carries for the training images: a
    hidden layer of 256 units and a softmax over them. What a wire can offer beyond the class that
    a device could send alone.

    Args:
        signals: float32 [n, ...], what is sent without noise for each training image.
        sent: float32 [k, ...], what is read of each validation image.
        read: how the wire is read of the training images, by chance of its own each time.
        training: the n images, which have more characters than classes.
        validation: the k images.
        seed: initialises and orders.

    Returns:
        float64 [k], 1 or 0, and NaN for images of characters that are not learned.
    """
    characters, learned = np.unique(training.characters, return_inverse=True)
    places = np.searchsorted(characters, validation.characters).clip(max=len(characters) - 1)
    known = characters[places] == validation.characters
    tf.keras.utils.set_random_seed(seed)
    untrained = tf.keras.Sequential(
        [
            tf.keras.Input(signals.shape[1:]),
            tf.keras.layers.Flatten(),
            tf.keras.layers.Dense(_HIDDEN, activation="relu"),
            tf.keras.layers.Dense(len(characters), activation="softmax"),
        ]
    )
    server = fine_tune(untrained, signals, read, learned, seed)
    return np.where(known, hits(server, sent, places), np.nan)
