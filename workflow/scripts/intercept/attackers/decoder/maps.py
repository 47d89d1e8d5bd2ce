"""From codes that are maps to images: upsampling with residual blocks."""

import tensorflow as tf

from intercept.attackers.decoder.places import stride_of
from intercept.attackers.decoder.settings import Settings
from intercept.attackers.fitting import IMAGES, mean_value
from intercept.attackers.interface import Pairs
from intercept.attackers.learning import Learner
from intercept.attackers.networks import build_decoder


def learner_on_maps(fitting: Pairs, settings: Settings) -> Learner:
    """A network that keeps what it sees in its place.

    The loss is the cross-entropy of each pixel, for drawings are ink or background: its minimum is
    the probability given the activation, which is also the answer of least squared error. It keeps
    the faint chances of ink that a ReLU cuts off.

    Args:
        fitting: images to learn from, and their codes.
        settings: disturbance of the codes, channels of the network.
    """
    code = tf.keras.Input(fitting.activations.shape[1:], name="code")
    channels = tf.keras.layers.Normalization(axis=-1)
    channels.adapt(fitting.activations)
    shape, mean = fitting.images.shape[1:], mean_value(fitting.images)
    stride = stride_of(fitting)
    decoder = build_decoder(code.shape[1:], shape, mean, settings.channels, stride)
    # Noise on the input keeps it from remembering images by the last digits of activations.
    disturbed = tf.keras.layers.GaussianNoise(settings.disturbance)(channels(code))
    return Learner(
        tf.keras.Model(code, decoder(disturbed)),
        fitting.images,
        lambda images: images,
        IMAGES,
    )
