"""Which of the attacker's images it learns from, and which it judges itself by."""

from dataclasses import dataclass
from pathlib import Path

import h5py
import numpy as np

from intercept.attackers.augmentation import augment
from intercept.datasets.cache import ImageSet
from intercept.errors import UserError
from intercept.hdf5 import whole_hdf5

_HELD_OUT_SHARE = 0.2


@dataclass(frozen=True, eq=False)
class Surrogates:
    """What is made of the attacker's images, for all its attacks.

    Attributes:
        held_out: bool [n], which of the attacker's images are held out.
        altered: [copies * fitting images, height, width, channels], altered copies of the
            others; bool if every pixel is 0 or 1, else float32.
    """

    held_out: np.ndarray
    altered: np.ndarray

    def fitting(self, images: np.ndarray) -> np.ndarray:
        """The images to learn from: those of `images` that are not held out, and the copies."""
        kept = images[~self.held_out]
        return np.concatenate(
            [kept.astype(bool) if self.altered.dtype == bool else kept, self.altered]
        )


def hold_out(images: ImageSet) -> np.ndarray:
    """Choose whole labels, such as alphabets, for the attacker to judge itself by.

    These are the first fifth of its labels in their order, at least one, whatever the seed, so
    that seeds can be compared. A set with one label holds out characters, one with one character
    images.

    Args:
        images: the attacker's, at least two.

    Returns:
        bool [n], True where an image is held out.

    Raises:
        UserError: there are fewer than two images.
    """
    if len(images) < 2:
        raise UserError(
            f"dataset: the attacker's set has {len(images)} image; it needs 2 or more, to "
            "hold some out: widen splits.attacker, or put more into folders.attacker"
        )
    for groups in (images.labels, images.characters, np.arange(len(images))):
        names = np.unique(groups)
        if len(names) > 1:
            return np.isin(groups, names[: max(1, int(_HELD_OUT_SHARE * len(names)))])
    raise AssertionError("unreachable: two images differ in their positions")


def make_surrogates(images: ImageSet, copies: int, seed: int) -> Surrogates:
    """Hold some of the attacker's images out and alter the others.

    Args:
        images: the attacker's.
        copies: altered copies of each, 0 or more.
        seed: the same seed gives the same copies.

    Raises:
        UserError: there are too few images.
    """
    held_out = hold_out(images)
    return Surrogates(held_out, augment(images.images[~held_out], copies, seed))


def write_surrogates(path: str | Path, surrogates: Surrogates) -> None:
    """Write as HDF5, whole or not at all.

    Raises:
        UserError: the disk is full, or the folder cannot be written.
    """
    with whole_hdf5(path) as file:
        file.create_dataset("held_out", data=surrogates.held_out)
        file.create_dataset("altered", data=surrogates.altered, compression="gzip")


def read_surrogates(path: str | Path) -> Surrogates:
    """Read what `write_surrogates` wrote.

    Raises:
        UserError: the file is damaged, or holds something else.
    """
    try:
        with h5py.File(path, "r") as file:
            return Surrogates(file["held_out"][:], file["altered"][:])
    except (OSError, KeyError, TypeError, AttributeError) as error:
        raise UserError(
            f"{path} is damaged or holds no surrogates: delete it and run the same command again"
        ) from error
