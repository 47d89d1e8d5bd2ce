"""What attackers share that answer codes without positions: images as principal components."""

import math
from dataclasses import dataclass

import numpy as np
import tensorflow as tf

from intercept.arrays.stored_images import StoredImages, images_at_once
from intercept.attackers.settings import DenseSettings
from intercept.devices.activations import varying

_SAMPLE = 4000  # images that the components are taken from
_SAMPLED = 2**27  # numbers of these at most, 1 GiB in float64
_ITERATIONS = 2  # of the randomised solver; 7 leave 2% less out of Omniglot images held out
_SAME = 1e-5  # singular values below this share of the first are rounding
_BATCH = 1024
_FEATURES = 64  # of 32 numbers, by which the defaults of learning rates were chosen


@dataclass(frozen=True, eq=False)
class Components:
    """What images are sums of, but for a small rest.

    Attributes:
        mean: float32 [pixels], the mean image.
        axes: float32 [k, pixels], of length 1 and at right angles to each other.
    """

    mean: np.ndarray
    axes: np.ndarray


def principal_components(images: StoredImages, most: int, seed: int) -> Components:
    """The components of some thousand of the images, at least one.

    Args:
        images: [n, height, width, channels], at least one.
        most: how many there may be, 1 or more.
        seed: draws the images, and what the randomised solver draws.
    """
    from sklearn.decomposition import PCA  # here, since most jobs of an attack need none of it

    sampled = images_at_once(images.shape[1:], _SAMPLE, _SAMPLED)
    sample = np.random.default_rng(seed).permutation(len(images))[:sampled]
    # In float32 the solver took rounding for two more components, on one processor of two.
    chosen = images[np.sort(sample)].reshape(len(sample), -1).astype(np.float64)
    count = max(1, min(most, len(chosen) - 1, chosen.shape[1]))
    found = PCA(count, svd_solver="randomized", iterated_power=_ITERATIONS, random_state=seed)
    with np.errstate(invalid="ignore"):  # the variance of a single image, which nobody asks for
        found.fit(chosen)
    # What nothing varies along is drawn at random.
    varies = found.singular_values_ > _SAME * found.singular_values_[0]
    axes = found.components_[: max(1, np.count_nonzero(varies))]
    return Components(found.mean_.astype(np.float32), axes.astype(np.float32))


def coordinates(components: Components, images: StoredImages) -> np.ndarray:
    """How much of each component images have, and what all components leave out of them.

    Args:
        components: k of them.
        images: [n, ...].

    Returns:
        float32 [n, k + 1]; the last column is the squared norm of what is left out, so that the
        squared distance of an image to a point within the components is known without its pixels.
    """
    found = np.empty((len(images), len(components.axes) + 1), np.float32)
    for block in images.batches(_BATCH):
        flat = images[block].reshape(-1, len(components.mean)) - components.mean
        shares = flat @ components.axes.T
        outside = np.sum(np.square(flat), axis=1) - np.sum(np.square(shares), axis=1)
        found[block, :-1], found[block, -1] = shares, np.maximum(outside, 0)
    return found


def squared_errors(true: tf.Tensor, shares: tf.Tensor) -> tf.Tensor:
    """Squared distances of images to answers within the components, float32 [n].

    Args:
        true: float32 [n, k + 1], the images' `coordinates`.
        shares: float32 [n, k], the answers'.
    """
    inside = tf.reduce_sum(tf.math.squared_difference(true[:, :-1], shares), axis=1)
    return inside + true[:, -1]


def squared_distances(true: tf.Tensor, shares: tf.Tensor) -> tf.Tensor:
    """Squared distances of every answer to every image, float32 [n, n], a row for each answer.

    Args:
        true: as for `squared_errors`.
        shares: as for `squared_errors`.
    """
    norms = tf.reduce_sum(tf.square(true[:, :-1]), axis=1) + true[:, -1]
    own_norms = tf.reduce_sum(tf.square(shares), axis=1, keepdims=True)
    return own_norms + norms - 2 * tf.matmul(shares, true[:, :-1], transpose_b=True)


def dense_network(codes: np.ndarray, outputs: int, settings: DenseSettings) -> tf.keras.Model:
    """A network from codes to numbers, untrained.

    It sees codes less their mean, in units of their deviation, and the logarithm of their size, for
    a few reach far out.
    A step of Adam moves all weights by as much, and so the sum of more features by more; past
    those of 32 numbers they are scaled down by the root of how many there are, so that one
    learning rate does for every width (after Yang et al. 2021, *Tensor programs V*, arXiv
    2203.03466, who scale the first layer's rate).

    Args:
        codes: float32 [n, ...], whose scale it takes.
        outputs: how many numbers.
        settings: layers, units and dropout.

    Returns:
        A model, float32 codes [n, ...] to float32 [n, outputs].
    """
    layers = tf.keras.layers
    code = tf.keras.Input(codes.shape[1:], name="code")
    x = _features(codes)(code)
    x = layers.Rescaling(min(1.0, math.sqrt(_FEATURES / x.shape[-1])))(x)
    for _ in range(settings.layers):
        x = layers.Dense(settings.units, activation="gelu")(x)
        x = layers.Dropout(settings.dropout)(x)
    return tf.keras.Model(code, layers.Dense(outputs)(x))


def painter(components: Components, image_shape: tuple[int, ...]) -> tf.keras.Model:
    """What makes images of so much of each component.

    Args:
        components: k of them.
        image_shape: (height, width, channels).

    Returns:
        A model, float32 [n, k] to [n, height, width, channels] in [0, 1].
    """
    shares = tf.keras.Input((len(components.axes),), name="shares")
    paint = tf.keras.layers.Dense(len(components.mean), name="components")
    image = tf.keras.layers.Reshape(image_shape)(paint(shares))
    paint.set_weights([components.axes, components.mean])
    return tf.keras.Model(shares, tf.clip_by_value(image, 0, 1), name="painter")


def _features(codes: np.ndarray) -> tf.keras.Model:
    layers = tf.keras.layers
    flat = codes.reshape(len(codes), -1)
    mean, deviation = flat.mean(axis=0), flat.std(axis=0).astype(np.float64)
    varies = varying(deviation)
    # By a power of two, which rounds nothing: Keras takes deviations below 1e-7 for that.
    unit = 2.0 ** np.round(np.log2(np.median(deviation[varies]))) if varies.any() else 1.0
    # What hardly ever varies would reach farthest, and is drowned.
    deviation = np.where(varies, deviation, unit * 1e6)
    some = flat[:: -(-len(flat) // _SAMPLE)] / deviation
    mean_logarithm = np.mean(np.sign(some) * np.log1p(np.abs(some)), axis=0)
    code = tf.keras.Input(codes.shape[1:])
    x = layers.Rescaling(1 / unit)(layers.Flatten()(code))
    nothing, variance = np.zeros(x.shape[1]), np.square(deviation / unit)
    scaled = layers.Normalization(mean=nothing, variance=variance)(x)
    centred = layers.Normalization(mean=mean / unit, variance=variance)(x)
    logarithmic = tf.sign(scaled) * tf.math.log1p(tf.abs(scaled))
    # Where codes are far from 0, which says nothing, it would be a large constant.
    logarithmic = layers.Normalization(mean=mean_logarithm, variance=nothing + 1)(logarithmic)
    return tf.keras.Model(code, layers.Concatenate()([centred, logarithmic]))
