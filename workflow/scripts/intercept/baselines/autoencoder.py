"""The ceiling: an autoencoder that may choose itself what its few numbers say of an image."""

import math

import numpy as np
import tensorflow as tf

from intercept.arrays.stored_images import StoredImages
from intercept.attackers.fitting import IMAGES, fit_network, mean_value
from intercept.attackers.networks import build_decoder, build_encoder
from intercept.attackers.settings import TrainedSettings

_BATCH = 64
_STEPS = 1400  # about; few images are gone through more often
_EPOCHS = (2, 10)  # at least and at most


def epochs_for(images: int) -> int:
    """How often so many images are gone through, 1 or more of them."""
    return int(np.clip(math.ceil(_STEPS * _BATCH / images), *_EPOCHS))


def train_autoencoder(
    fitting: StoredImages, width: int, seed: int, name: str
) -> tuple[tf.keras.Model, list[dict[str, float]]]:
    """Train an encoder and a decoder together, for rebuilding alone.

    Args:
        fitting: images to learn from, the attacker's.
        width: how many numbers stand between encoder and decoder, as many as the wire carries.
        seed: initialises the weights and orders the images.
        name: whose training it is, for the lines of progress.

    Returns:
        A model, images to images in [0, 1], and the history of `fit_network`.
    """
    tf.keras.utils.set_random_seed(seed)
    shape = fitting.shape[1:]
    encoder = build_encoder(shape, width)
    decoder = build_decoder((width,), shape, mean_value(fitting))
    logits = tf.keras.Model(encoder.input, decoder(encoder.output))
    settings = TrainedSettings(
        epochs=epochs_for(len(fitting)), batch_size=_BATCH, learning_rate=0.0015
    )
    history = fit_network(logits, (fitting, fitting), IMAGES, settings, seed, name)
    return tf.keras.Model(logits.input, tf.sigmoid(logits.output), name="autoencoder"), history
