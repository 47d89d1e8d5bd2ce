"""From codes without positions to images: dense layers onto principal components."""

import tensorflow as tf

from intercept.attackers.components import (
    coordinates,
    dense_network,
    painted,
    principal_components,
    squared_errors,
)
from intercept.attackers.fitting import fit_network
from intercept.attackers.interface import Pairs
from intercept.attackers.settings import TrainedSettings

_DROPOUT = 0.1


def train_on_vectors(
    fitting: Pairs, held_out: Pairs, settings: TrainedSettings, seed: int, name: str
) -> tuple[tf.keras.Model, list[dict[str, float]]]:
    """Train a network that tells from a code how much of each component its image has.

    By squared error: the mean image given the code, which is the probability of paper where images
    are black and white. Of that blurred image a few hundred components hold nearly everything, so
    that an image costs a small part of what it does through convolutions (0.1 ms beside 3, on one
    thread), and more altered copies can be learned from in the same time.

    Args:
        fitting: images to learn from, at least two, and their codes.
        held_out: images to judge by, and their codes.
        settings: epochs, batch size and learning rate.
        seed: initialises the weights and orders the images.
        name: whose training it is, for the lines of progress.

    Returns:
        A model, float32 codes [n, ...] to images in [0, 1], and the history of `fit_network`,
        whose loss is the squared error a pixel.
    """
    tf.keras.utils.set_random_seed(seed)
    components = principal_components(fitting.images, seed)
    shares = dense_network(fitting.activations, components.n_components_, _DROPOUT)

    def squared_error(targets: tf.Tensor, answers: tf.Tensor) -> tf.Tensor:
        return squared_errors(targets, answers) / components.n_features_in_

    history = fit_network(
        shares,
        (fitting.activations, coordinates(components, fitting.images)),
        (held_out.activations, coordinates(components, held_out.images)),
        settings,
        seed,
        name,
        squared_error,
        squared_error,
    )
    image = painted(shares.output, components, fitting.images.shape[1:])
    return tf.keras.Model(shares.input, tf.clip_by_value(image, 0, 1), name="decoder"), history
