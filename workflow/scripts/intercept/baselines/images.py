"""Baselines that need no training: each gives an image for every evaluation image.

Answers are float32 [n, height, width, channels] in [0, 1].
"""

import numpy as np
from sklearn.decomposition import PCA
from sklearn.metrics import pairwise_distances_argmin_min

from intercept.arrays.background import background_of
from intercept.arrays.batches import gen_batches
from intercept.arrays.stored_images import StoredImages, images_at_once
from intercept.runtime.progress import watched

# Images at a time whose distances are computed, large ones fewer: 445 of 224×224×3 pixels, which
# takes a thirtieth of the time that blocks of 27 take.
_BLOCK = 512
_BLOCK_NUMBERS = 2**26  # 256 MiB in float32
_GIVING = 2**28  # numbers of the images that give components


def blank_image(images: StoredImages, own: StoredImages) -> np.ndarray:
    """The background value of the attacker's `own` images, for each of `images`, [n, ...]."""
    return np.full(images.shape, background_of(own.mean_image()), np.float32)


def mean_image(images: StoredImages, own: StoredImages) -> np.ndarray:
    """The mean of the attacker's `own` images, for each of `images`; the floor of the skill."""
    return np.broadcast_to(own.mean_image(), images.shape)


def nearest_own_image(images: StoredImages, own: StoredImages) -> np.ndarray:
    """That of the attacker's `own` images which is nearest to each of `images`, pixel by pixel.

    No attacker can know which it is: it says how far knowing one's own images could lead.
    """
    nearest, least = np.zeros(len(images), np.int64), np.full(len(images), np.inf)
    blocks, own_blocks = (
        list(gen_batches(len(some), images_at_once(some.shape[1:], _BLOCK, _BLOCK_NUMBERS)))
        for some in (images, own)
    )
    for columns in watched(own_blocks, "the nearest own images", "block"):
        others = _flat(own[columns])
        for rows in blocks:
            found, lowest = pairwise_distances_argmin_min(_flat(images[rows]), others)
            nearer = lowest < least[rows]
            nearest[rows] = np.where(nearer, columns.start + found, nearest[rows])
            least[rows] = np.where(nearer, lowest, least[rows])
    return own[nearest]


def principal_components(images: StoredImages, own: StoredImages, width: int) -> np.ndarray:
    """Each of `images` from its first principal components, clipped to [0, 1].

    Args:
        images: [n, height, width, channels].
        own: the attacker's, which give the components: those of them, drawn at random, that take
            1 GiB as float32.
        width: how many components, as many numbers as the wire carries for an image; fewer than
            there are images to give them, and no more than these have pixels, are used.
    """
    giving = np.random.default_rng(0).permutation(len(own))
    giving = np.sort(giving[: images_at_once(own.shape[1:], len(own), _GIVING)])
    count = min(width, len(giving) - 1, own[0].size)
    components = PCA(n_components=count, random_state=0).fit(_flat(own[giving]))
    rebuilt = components.inverse_transform(components.transform(_flat(images[:])))
    np.clip(rebuilt, 0, 1, out=rebuilt)  # a copy may be gigabytes
    return rebuilt.reshape(images.shape).astype(np.float32, copy=False)


def mean_of_predicted_class(
    classes: np.ndarray, own: StoredImages, own_classes: np.ndarray
) -> np.ndarray:
    """The mean of the attacker's images that the target takes for the same class.

    What a decoder can do that knows the target's answer and nothing else of the wire.

    Args:
        classes: int64 [n], the class that the target predicts for each evaluation image.
        own: the attacker's images, m of them.
        own_classes: int64 [m], the class that the target predicts for each of them. Where it
            predicts an evaluation image's class for none of them, the mean of all stands in.
    """
    means = {
        label: own.select(own_classes == label).mean_image() for label in np.unique(own_classes)
    }
    overall = own.mean_image()
    return np.stack([means.get(label, overall) for label in classes])


def _flat(images: np.ndarray) -> np.ndarray:
    return images.reshape(len(images), -1)
