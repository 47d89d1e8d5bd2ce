"""Whether an answer shows the character, even where it does not show which drawing of it.

The judge is an embedding that the eavesdropper could train: it sees images of the attacker's own
and their characters, and never the target network. Answers to the attacker's own images are judged
by embeddings that have not seen these, one for each fold. Characters that an embedding never saw
are told apart by few-shot classification, against prototypes (Snell, Swersky and Zemel 2017, arXiv
1703.05175). No embedding ever saw a reconstruction either: what it finds in blurred or noisy ones
is a lower bound.
"""

import math
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from pathlib import Path

import h5py
import numpy as np
import tensorflow as tf

from intercept.arrays.affine import affine_maps, warp
from intercept.arrays.background import background_of
from intercept.arrays.batches import gen_batches, in_batches
from intercept.arrays.hdf5 import read_weights, whole_hdf5, write_weights
from intercept.arrays.stored_images import ImageArray, StoredImages, images_at_once
from intercept.runtime.hdf5 import opened
from intercept.runtime.progress import Progress

# From images float32 [n, height, width, channels] in [0, 1] to float32 [n, 64] of length 1.
Embed = Callable[[np.ndarray], tf.Tensor]

# Of characters with 20 drawings, as Omniglot's, or fewer. An epoch shows more of others.
EPOCHS = 40
EPOCHS_OF_A_FOLD = 10  # which have to rank attackers alone
_DRAWINGS = 20

# Chosen by the few-shot accuracy on alphabets of the attacker's set that were held out of the
# training. An episodic prototypical network of the same size and cost was one to four points worse.
_SIDE = 28  # pixels; larger images are shrunk
_FILTERS = 32
_BLOCKS = 4
_WIDTH = 64
_BATCH = 64
_LEARNING_RATE = 0.002
_SCALE = 16.0
_MARGIN = 0.2

_EMBED_BATCH = 256
_QUERIES = 1024  # at a time, so that memory stays bounded however many there are
_SAME = 1e-9  # cosines that differ by less are equal


def epochs_for(images: int, characters: int, most: int) -> int:
    """How many epochs show a character as often as `most` epochs of Omniglot, but at most so many.

    Args:
        images: how many there are, at least 1.
        characters: how many they show, at least 1.
        most: `EPOCHS` or `EPOCHS_OF_A_FOLD`.
    """
    drawings = images / characters
    return math.ceil(most * min(1, _DRAWINGS / drawings))


def train_embedding(
    images: StoredImages, characters: np.ndarray, seed: int, epochs: int
) -> tf.keras.Model:
    """Learn what makes drawings of one character alike.

    Four blocks of convolution, pooling and normalisation, trained as a cosine softmax over the
    characters with an additive margin (Wang et al. 2018, "CosFace", arXiv 1801.09414) on images
    that a random affine map moves, turns, shears and stretches anew in every epoch.

    Args:
        images: the attacker's own, at least one.
        characters: int64 [n], of each image.
        seed: of weights, order and maps; repeats the training on the same machine and threads.
        epochs: at least 1.

    Returns:
        A model from images of that shape to float32 [n, 64] of length 1.
    """
    tf.keras.utils.set_random_seed(seed)
    random = np.random.default_rng(seed)
    _, labels = np.unique(characters, return_inverse=True)
    embedding = _build(images.shape[1:], background_of(images.mean_image()))
    shrink, network = embedding.layers[1:]
    small = _in_batches(shrink, images)
    batches = -(-len(small) // _BATCH)
    step = _train_step(network, labels.max() + 1, epochs * batches)
    progress = Progress("character embedding", "epoch", epochs)
    for epoch in range(1, epochs + 1):
        loss = 0.0
        order = random.permutation(len(small))
        for batch in np.array_split(order, batches):
            maps = _affine_maps(random, len(batch), *small.shape[1:3])
            loss += float(step(small[batch], maps, labels[batch]))
        progress.report(epoch, f"loss {loss / batches:.3f}")
    return embedding


def class_hits(
    embedding: Embed, queries: np.ndarray, images: ImageArray, characters: np.ndarray
) -> np.ndarray:
    """Whether the nearest prototype to each query is that of its character.

    The prototype of a character is the direction of the mean embedding of its true drawings,
    without the very drawing that the query stands for: a query that shows only this one drawing
    must not pass as one that shows the character. Nearness is the cosine.

    Args:
        embedding: what `train_embedding` returns, or of what `read_embeddings` does.
        queries: float32 [n, height, width, channels], such as reconstructions.
        images: the true ones, of the same shape.
        characters: int64 [n], of each image.

    Returns:
        float64 [n]: 1 or 0; a share where several prototypes are equally near, the right one
        among them; NaN where the query's character has no other drawing, though its prototype
        counts for others. Guessing scores one over the number of characters.
    """
    answers, drawings = (
        _in_batches(embedding, some).astype(np.float64) for some in (queries, images)
    )
    _, labels, counts = np.unique(characters, return_inverse=True, return_counts=True)
    sums = np.zeros((len(counts), drawings.shape[1]))
    np.add.at(sums, labels, drawings)
    prototypes = _directions(sums)
    own = np.sum(answers * _directions(sums[labels] - drawings), axis=1)
    hits = np.empty(len(answers))
    for rows in gen_batches(len(answers), _QUERIES):
        nearness = answers[rows] @ prototypes.T
        nearness[np.arange(len(nearness)), labels[rows]] = own[rows]
        ahead = nearness - own[rows, np.newaxis]
        first = np.all(ahead <= _SAME, axis=1)
        hits[rows] = first / np.sum(np.abs(ahead) <= _SAME, axis=1)
    return np.where(counts[labels] > 1, hits, np.nan)


def _in_batches(compute: Callable[[np.ndarray], tf.Tensor], images: ImageArray) -> np.ndarray:
    return in_batches(compute, images, images_at_once(images.shape[1:], _EMBED_BATCH))


def write_embeddings(path: str | Path, embeddings: Mapping[str, tf.keras.Model]) -> None:
    """Write embeddings of images of one shape as HDF5, whole or not at all.

    Args:
        path: the file.
        embeddings: what `train_embedding` returns, by name.

    Raises:
        UserError: the disk is full, or the folder cannot be written.
    """
    with whole_hdf5(path) as file:
        for name, embedding in embeddings.items():
            group = file.create_group(name)
            group.attrs["image_shape"] = embedding.input_shape[1:]
            group.attrs["background"] = float(embedding.layers[-1].layers[0].offset)
            write_weights(group, embedding.get_weights())


def read_embeddings(path: str | Path, names: Iterable[str]) -> dict[str, Embed]:
    """Read embeddings by their names.

    Those for images of one shape and background share a network and bring their own weights, since
    to build one takes as long as a thousand answers.

    Args:
        path: what `write_embeddings` wrote.
        names: of these embeddings.

    Raises:
        UserError: the file is damaged, or holds no such embeddings.
    """
    build = lru_cache(_build)
    with opened(path, "such embeddings") as file:
        return {name: _read(file[name], build) for name in names}


def _read(group: h5py.Group, build: Callable[[tuple[int, ...], float], tf.keras.Model]) -> Embed:
    shape = tuple(int(side) for side in group.attrs["image_shape"])
    model = build(shape, float(group.attrs["background"]))
    weights = read_weights(group)

    def embed(images: np.ndarray) -> tf.Tensor:
        model.set_weights(weights)
        return model(images)

    return embed


def _build(image_shape: tuple[int, ...], background: float) -> tf.keras.Model:
    """Two layers: one shrinks the images, the other is the network."""
    layers = tf.keras.layers
    height, width, channels = image_shape
    small = min(height, _SIDE), min(width, _SIDE)
    network = tf.keras.Sequential([tf.keras.Input((*small, channels))], name="network")
    # The background becomes 0: as 1, it makes embeddings so alike that training hardly gets away.
    network.add(layers.Rescaling(1 - 2 * background, offset=background))
    for _ in range(_BLOCKS):
        network.add(layers.Conv2D(_FILTERS, 3, padding="same", activation="relu"))
        network.add(layers.MaxPooling2D(2, padding="same"))
        # Behind the pooling, where there are four times fewer values to normalise.
        network.add(layers.GroupNormalization(groups=1))
    network.add(layers.Flatten())
    network.add(layers.Dense(_WIDTH))
    network.add(layers.UnitNormalization())
    inputs = tf.keras.Input(image_shape, name="image")
    shrunk = layers.Resizing(*small, interpolation="area", name="shrink")(inputs)
    return tf.keras.Model(inputs, network(shrunk), name="character_embedding")


def _train_step(
    network: tf.keras.Model, classes: int, steps: int
) -> Callable[[np.ndarray, np.ndarray, np.ndarray], tf.Tensor]:
    """One update of the network, and of a centre for each character.

    Args:
        network: images float32 [n, height, width, channels] in [0, 1] to float32 [n, 64] of length
            1, see `_build`.
        classes: how many characters there are.
        steps: how many there will be: over them the learning rate falls to 0.

    Returns:
        A function of such images, of maps float32 [n, 8] that they are moved by, see
        `_affine_maps`, and of their characters int64 [n], from 0. It returns the batch's mean loss
        in nats before the update, in float32.
    """
    centres = tf.Variable(tf.random.normal([_WIDTH, classes]))
    variables = [*network.trainable_variables, centres]
    schedule = tf.keras.optimizers.schedules.CosineDecay(_LEARNING_RATE, steps)
    optimizer = tf.keras.optimizers.Adam(schedule)
    optimizer.build(variables)

    @tf.function(
        input_signature=[
            tf.TensorSpec(network.input_shape, tf.float32),
            tf.TensorSpec([None, 8], tf.float32),
            tf.TensorSpec([None], tf.int64),
        ]
    )
    def step(images: tf.Tensor, maps: tf.Tensor, labels: tf.Tensor) -> tf.Tensor:
        moved = warp(images, maps)
        truth = tf.one_hot(labels, classes)
        with tf.GradientTape() as tape:
            cosines = network(moved, training=True) @ tf.math.l2_normalize(centres, axis=0)
            logits = _SCALE * (cosines - _MARGIN * truth)
            loss = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(truth, logits))
        gradients = tape.gradient(loss, variables)
        optimizer.apply_gradients(zip(gradients, variables, strict=True))
        return loss

    return step


def _affine_maps(random: np.random.Generator, count: int, height: int, width: int) -> np.ndarray:
    """Random maps about the middle of the image, float32 [count, 8] as TensorFlow takes them.

    Turned by up to 0.25 radians, sheared by up to 0.2, either axis stretched by up to a factor of
    exp(0.2), and moved by up to a tenth of the side.
    """
    turn, shear = random.uniform([[-0.25], [-0.2]], [[0.25], [0.2]], (2, count))
    across, down = np.exp(random.uniform(-0.2, 0.2, (2, count)))
    shift = random.uniform(-0.1, 0.1, (count, 2)) * [width, height]
    return affine_maps((height, width), turn, (across, down), shear, shift)


def _directions(vectors: np.ndarray) -> np.ndarray:
    """Vectors [n, width] at length 1; those of length 0 stay."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors / np.where(lengths > 0, lengths, 1)
