"""Canaries that an outsider could plant: images with a class that is not theirs.

A network gives such an image its false class only if it has learned it by heart. Whether it was in
the training set is guessed from the loss of the finished network, as an outsider would
(Steinke, Nasr and Jagielski 2023, arXiv 2305.08846, section 6).
"""

from dataclasses import replace

import numpy as np

from intercept.audit.membership import losses
from intercept.datasets.cache import ImageSet
from intercept.devices.interface import Device

_LARGEST_SHARE = 0.1  # of the training images, so that the training stays what it is


def mislabel(images: ImageSet, count: int, seed: int) -> tuple[ImageSet, np.ndarray]:
    """Give some images another class of the set.

    Args:
        images: the training images.
        count: images to take, 0 or more; at most a tenth of all are, and none of a single class.
        seed: picks images and classes.

    Returns:
        All the images, and the indices of those with a false class, int64 [k].
    """
    classes = np.unique(images.labels)
    count = min(count, int(_LARGEST_SHARE * len(images))) if len(classes) > 1 else 0
    generator = np.random.default_rng(seed)
    chosen = np.sort(generator.choice(len(images), count, replace=False))
    true = np.searchsorted(classes, images.labels[chosen])
    false = (true + generator.integers(1, len(classes), count)) % len(classes)
    labels = images.labels.copy()
    labels[chosen] = classes[false]
    return replace(images, labels=labels), chosen


def scores(network: Device, canaries: ImageSet) -> np.ndarray:
    """The loss turned round, float64 [k]: higher where an image was more likely learned.

    Args:
        network: the finished one.
        canaries: with the false classes.
    """
    return -losses(network, canaries)
