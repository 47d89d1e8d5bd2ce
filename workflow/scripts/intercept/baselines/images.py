"""Baselines that need no training: each gives an image for every evaluation image.

Images are float32 [n, height, width, channels] in [0, 1].
"""

import numpy as np
from sklearn.decomposition import PCA
from sklearn.neighbors import NearestNeighbors

from intercept.background import background_of


def blank_image(images: np.ndarray, own: np.ndarray) -> np.ndarray:
    """The background value of the attacker's `own` images, for each of `images`, [n, ...]."""
    return np.full_like(images, background_of(own))


def mean_image(images: np.ndarray, own: np.ndarray) -> np.ndarray:
    """The mean of the attacker's `own` images, for each of `images`; the floor of the skill."""
    return np.broadcast_to(own.mean(axis=0), images.shape)


def nearest_own_image(images: np.ndarray, own: np.ndarray) -> np.ndarray:
    """That of the attacker's `own` images which is nearest to each of `images`, pixel by pixel.

    No attacker can know which it is: it says how far knowing one's own images could lead.
    """
    neighbours = NearestNeighbors(n_neighbors=1, algorithm="brute").fit(_flat(own))
    return own[neighbours.kneighbors(_flat(images), return_distance=False)[:, 0]]


def principal_components(images: np.ndarray, own: np.ndarray, width: int) -> np.ndarray:
    """Each of `images` from its first principal components, clipped to [0, 1].

    Args:
        images: float32 [n, height, width, channels] in [0, 1].
        own: the attacker's, which give the components.
        width: how many components, as many numbers as the wire carries for an image; fewer than
            `own` has images, and no more than it has pixels, are used.
    """
    count = min(width, len(own) - 1, own[0].size)
    components = PCA(n_components=count, random_state=0).fit(_flat(own))
    rebuilt = components.inverse_transform(components.transform(_flat(images)))
    np.clip(rebuilt, 0, 1, out=rebuilt)  # a copy may be gigabytes
    return rebuilt.reshape(images.shape).astype(np.float32, copy=False)


def mean_of_predicted_class(
    classes: np.ndarray, own: np.ndarray, own_classes: np.ndarray
) -> np.ndarray:
    """The mean of the attacker's images that the target takes for the same class.

    What a decoder can do that knows the target's answer and nothing else of the wire.

    Args:
        classes: int64 [n], the class that the target predicts for each evaluation image.
        own: float32 [m, height, width, channels], the attacker's images.
        own_classes: int64 [m], the class that the target predicts for each of them. Where it
            predicts an evaluation image's class for none of them, the mean of all stands in.
    """
    means = {label: own[own_classes == label].mean(axis=0) for label in np.unique(own_classes)}
    overall = own.mean(axis=0)
    return np.stack([means.get(label, overall) for label in classes])


def _flat(images: np.ndarray) -> np.ndarray:
    return images.reshape(len(images), -1)
