"""From codes that are maps to images: upsampling with residual blocks."""

import tensorflow as tf

from intercept.attackers.fitting import fit_images, mean_value
from intercept.attackers.interface import Pairs
from intercept.attackers.networks import build_decoder
from intercept.attackers.settings import TrainedSettings

_DISTURBANCE = 0.3  # of the activation's standard deviation; favoured by alphabets held out


def train_on_maps(
    fitting: Pairs, held_out: Pairs, settings: TrainedSettings, seed: int, name: str
) -> tuple[tf.keras.Model, list[dict[str, float]]]:
    """Train a network that keeps what it sees in its place.

    The loss is the cross-entropy of each pixel, for drawings are ink or paper: its minimum is the
    probability given the activation, which is also the answer of least squared error. It keeps
    the faint chances of ink that a ReLU cuts off.

    Args:
        fitting: images to learn from, and their codes.
        held_out: images to judge by, and their codes.
        settings: epochs, batch size and learning rate.
        seed: initialises the weights and orders the images.
        name: whose training it is, for the lines of progress.

    Returns:
        A model, float32 codes [n, ...] to images in [0, 1], and the history of `fit_images`.
    """
    tf.keras.utils.set_random_seed(seed)
    code = tf.keras.Input(fitting.activations.shape[1:], name="code")
    channels = tf.keras.layers.Normalization(axis=-1)
    channels.adapt(fitting.activations)
    decoder = build_decoder(code.shape[1:], fitting.images.shape[1:], mean_value(fitting.images))
    # Noise on the input keeps it from remembering images by the last digits of activations.
    disturbed = tf.keras.layers.GaussianNoise(_DISTURBANCE)(channels(code))
    logits = tf.keras.Model(code, decoder(disturbed))
    history = fit_images(
        logits,
        (fitting.activations, fitting.images),
        (held_out.activations, held_out.images),
        settings,
        seed,
        name,
    )
    return tf.keras.Model(code, tf.sigmoid(logits.output), name="decoder"), history
