"""From codes without positions to images: dense layers onto principal components."""

import numpy as np
import tensorflow as tf
from sklearn.decomposition import PCA
from sklearn.utils import gen_batches

from intercept.attackers.fitting import fit_network
from intercept.attackers.interface import Pairs
from intercept.attackers.settings import TrainedSettings
from intercept.release import varying

# By the held-out alphabet of Omniglot's small1: 512 units did as well as 1,024, and dropout better
# than noise on the codes.
_COMPONENTS = 256
_UNITS = 512
_LAYERS = 3
_DROPOUT = 0.1

_SAMPLE = 4000  # images that the components are taken from
_BATCH = 1024


def train_on_components(
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
    components = _principal_components(fitting.images, seed)
    pixels = components.n_features_in_
    code = tf.keras.Input(fitting.activations.shape[1:], name="code")
    x = _features(fitting.activations)(code)
    for _ in range(_LAYERS):
        x = tf.keras.layers.Dense(_UNITS, activation="gelu")(x)
        x = tf.keras.layers.Dropout(_DROPOUT)(x)
    shares = tf.keras.Model(code, tf.keras.layers.Dense(components.n_components_)(x))

    def squared_error(targets: tf.Tensor, answers: tf.Tensor) -> tf.Tensor:
        # The last target is what lies outside of the components.
        inside = tf.reduce_sum(tf.math.squared_difference(targets[:, :-1], answers), axis=1)
        return (inside + targets[:, -1]) / pixels

    history = fit_network(
        shares,
        (fitting.activations, _targets(components, fitting.images)),
        (held_out.activations, _targets(components, held_out.images)),
        settings,
        seed,
        name,
        squared_error,
        squared_error,
    )
    paint = tf.keras.layers.Dense(pixels, name="components")
    image = tf.keras.layers.Reshape(fitting.images.shape[1:])(paint(shares.output))
    paint.set_weights([components.components_, components.mean_])
    return tf.keras.Model(code, tf.clip_by_value(image, 0, 1), name="decoder"), history


def _principal_components(images: np.ndarray, seed: int) -> PCA:
    sample = np.random.default_rng(seed).permutation(len(images))[:_SAMPLE]
    chosen = images[np.sort(sample)].reshape(len(sample), -1).astype(np.float32)
    count = min(_COMPONENTS, len(chosen) - 1, chosen.shape[1])
    return PCA(count, svd_solver="randomized", random_state=seed).fit(chosen)


def _targets(components: PCA, images: np.ndarray) -> np.ndarray:
    """The share of each component, and the squared norm of what they leave out: float32."""
    blocks = []
    for block in gen_batches(len(images), _BATCH):
        flat = images[block].reshape(-1, components.n_features_in_).astype(np.float32)
        shares = components.transform(flat)
        norms = np.sum(np.square(flat - components.mean_), axis=1)
        outside = np.maximum(norms - np.sum(np.square(shares), axis=1), 0)
        blocks.append(np.column_stack([shares, outside]).astype(np.float32))
    return np.concatenate(blocks)


def _features(codes: np.ndarray) -> tf.keras.Model:
    """Codes in units of their deviation, as they are and logarithmic, for a few reach far out."""
    flat = codes.reshape(len(codes), -1)
    deviation = flat.std(axis=0)
    # What hardly ever varies would reach farthest, and is drowned.
    variance = np.where(varying(deviation), np.square(deviation), np.float32(1e12))
    code = tf.keras.Input(codes.shape[1:])
    x = tf.keras.layers.Flatten()(code)
    scaled = tf.keras.layers.Normalization(mean=np.zeros(x.shape[1]), variance=variance)(x)
    centred = tf.keras.layers.Normalization(mean=flat.mean(axis=0), variance=variance)(x)
    logarithmic = tf.sign(scaled) * tf.math.log1p(tf.abs(scaled))
    return tf.keras.Model(code, tf.keras.layers.Concatenate()([centred, logarithmic]))
