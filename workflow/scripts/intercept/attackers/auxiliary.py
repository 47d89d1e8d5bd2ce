"""Which of the attacker's images it learns from, and which it judges itself by, in turn."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from intercept.arrays.hdf5 import whole_hdf5
from intercept.arrays.stored_images import StoredImages
from intercept.attackers.augmentation import augment
from intercept.attackers.components import Components, coordinates, principal_components
from intercept.attackers.settings import Augmentation
from intercept.datasets.cache import ImageSet
from intercept.runtime.errors import UserError
from intercept.runtime.hdf5 import opened

MOST_FOLDS = 5
_ENOUGH = 2000  # images and copies that are learned from without a fold, if there are so many

SAMPLE_EVERY = 5


@dataclass(frozen=True, eq=False)
class Lesson:
    """What is known of the images that are learned from when a fold is held out, or none.

    Attributes:
        rows: int64 [m], which these are of `AuxiliaryImages.images`.
        components: the principal components of these.
        coordinates: float32 [m, k + 1], see `intercept.attackers.components.coordinates`.
    """

    rows: np.ndarray
    components: Components
    coordinates: np.ndarray


@dataclass(frozen=True, eq=False)
class AuxiliaryImages:
    """What is made of the attacker's images, for all its attacks.

    Attributes:
        folds: int64 [n], the fold in which each of the attacker's images is held out.
        sample: bool [n], those by which attackers choose and are compared; all would take too long.
        images: [(1 + copies) * n, height, width, channels], the attacker's images, rounded where
            all are black and white but for the conversion to greys, and behind them
            augmented copies of them.
        lessons: by fold what is learned from when it is held out; by None, when nothing is.
    """

    folds: np.ndarray
    sample: np.ndarray
    images: StoredImages
    lessons: Mapping[int | None, Lesson]

    @property
    def augmented(self) -> StoredImages:
        """The copies alone."""
        return self.images.select(slice(len(self.folds), None))


def divide(images: ImageSet) -> np.ndarray:
    """Divide the attacker's images into folds of whole labels, such as alphabets.

    There are as many folds as labels, but five at most; they depend on the labels alone and not on
    a seed, so that seeds can be compared. A set with one label, or with characters of several, is
    divided by its characters, one with one character by its images.

    Args:
        images: the attacker's, at least two.

    Returns:
        int64 [n], the number of each image's fold, from 0.

    Raises:
        UserError: there are fewer than two images.
    """
    if len(images) < 2:
        raise UserError(
            f"dataset: the attacker's set has {len(images)} image; it needs 2 or more, to "
            "hold some out: widen splits.attacker, or put more into folders.attacker"
        )
    _, character = np.unique(images.characters, return_inverse=True)
    pairs = np.unique(np.column_stack([character, images.labels]), axis=0)
    coarsest = [images.labels, images.characters]
    if len(pairs) > character.max() + 1:  # who is of two labels would be learned from, too
        coarsest.reverse()
    for groups in (*coarsest, np.arange(len(images))):
        names, index = np.unique(groups, return_inverse=True)
        if len(names) > 1:
            return index * min(MOST_FOLDS, len(names)) // len(names)
    raise AssertionError("unreachable: two images differ in their positions")


def choose_sample(images: ImageSet, folds: np.ndarray) -> np.ndarray:
    """About a fifth of every fold: of its characters with all of their images, if it has enough.

    Args:
        images: the attacker's.
        folds: int64 [n], what `divide` returns.

    Returns:
        bool [n]: True for every fifth character of a fold, the first of them included; in a fold
        of fewer than five characters, for every fifth image.
    """
    sample = np.zeros(len(images), bool)
    for fold in np.unique(folds):
        rows = np.flatnonzero(folds == fold)
        names = np.unique(images.characters[rows])
        if len(names) < SAMPLE_EVERY:
            sample[rows[::SAMPLE_EVERY]] = True
        else:
            sample[rows] = np.isin(images.characters[rows], names[::SAMPLE_EVERY])
    return sample


def prepare_auxiliary(images: ImageSet, settings: Augmentation, seed: int) -> AuxiliaryImages:
    """Divide the attacker's images, augment them, and take their components.

    What is learned from when a fold is held out has nothing of its images: no copy of them, and
    none that was joined from one of them and another. It has so many copies of each image that
    learning without each of the folds costs in all about as much as learning from everything, and
    of few images more.

    Args:
        images: the attacker's.
        settings: how many copies, how they are augmented, and how many components there may be.
        seed: the same seed gives the same copies.

    Raises:
        UserError: there are too few images.
    """
    folds = divide(images)
    together, origins = augment(images.images, settings, seed)
    lessons: dict[int | None, Lesson] = {
        None: _lesson(np.arange(len(together)), together, settings, seed)
    }
    # The images themselves at least; without each of k folds, (k − 1)/k of these are left.
    few = max(1, (1 + settings.copies) // folds.max(), _ENOUGH // len(images))
    few = min(few, 1 + settings.copies) * len(images)
    for fold in range(folds.max() + 1):
        rows = np.flatnonzero(np.all(folds[origins[:few]] != fold, axis=1))
        lessons[fold] = _lesson(rows, together.select(rows), settings, seed)
    return AuxiliaryImages(folds, choose_sample(images, folds), together, lessons)


def _lesson(rows: np.ndarray, learned: StoredImages, settings: Augmentation, seed: int) -> Lesson:
    components = principal_components(learned, settings.components, seed)
    return Lesson(rows, components, coordinates(components, learned))


def write_auxiliary(path: str | Path, auxiliary: AuxiliaryImages) -> None:
    """Write as HDF5, whole or not at all.

    Raises:
        UserError: the disk is full, or the folder cannot be written.
    """
    images = auxiliary.images.stored
    with whole_hdf5(path) as file:
        file.create_dataset("folds", data=auxiliary.folds)
        file.create_dataset("sample", data=auxiliary.sample)
        # Eight pixels a byte are faster to compress and to read.
        packed = images.dtype == bool
        stored = np.packbits(images, axis=-2) if packed else images
        file.create_dataset("images", data=stored, compression="gzip")
        file["images"].attrs["packed_width"] = images.shape[-2] if packed else 0
        for fold, lesson in auxiliary.lessons.items():
            group = file.create_group(part_name(fold))
            group.create_dataset("rows", data=lesson.rows)
            group.create_dataset("mean", data=lesson.components.mean)
            group.create_dataset("axes", data=lesson.components.axes)
            group.create_dataset("coordinates", data=lesson.coordinates)


def read_auxiliary(path: str | Path) -> AuxiliaryImages:
    """Read what `write_auxiliary` wrote.

    Raises:
        UserError: the file is damaged, or holds something else.
    """
    with opened(path, "auxiliary") as file:
        folds, images = file["folds"][:], file["images"][:]
        if width := int(file["images"].attrs["packed_width"]):
            images = np.unpackbits(images, axis=-2, count=width).view(bool)
        sample = file["sample"][:]
    return AuxiliaryImages(folds, sample, StoredImages(images), _LessonsOfFile(path, parts(folds)))


class _LessonsOfFile(Mapping[int | None, Lesson]):
    """Each is read when it is asked for: components of photographs take hundreds of megabytes."""

    def __init__(self, path: str | Path, folds: list[int | None]) -> None:
        self._path, self._folds = path, folds

    def __len__(self) -> int:
        return len(self._folds)

    def __iter__(self) -> Iterator[int | None]:
        return iter(self._folds)

    def __getitem__(self, fold: int | None) -> Lesson:
        if fold not in self._folds:
            raise KeyError(fold)
        with opened(self._path, "auxiliary") as file:
            group = file[part_name(fold)]
            components = Components(group["mean"][:], group["axes"][:])
            return Lesson(group["rows"][:], components, group["coordinates"][:])


def read_division(path: str | Path) -> tuple[np.ndarray, np.ndarray]:
    """The folds, int64 [n], and the sample, bool [n], alone; see `AuxiliaryImages`.

    Raises:
        UserError: the file is damaged, or holds something else.
    """
    with opened(path, "auxiliary") as file:
        return file["folds"][:], file["sample"][:]


def parts(folds: np.ndarray) -> list[int | None]:
    """What is learned from: all images (None), or all but those of a fold, by its number."""
    return [None, *range(folds.max() + 1)]


def part_name(fold: int | None) -> str:
    """The name of a part in files: ``all``, or ``without_2``."""
    return "all" if fold is None else f"without_{fold}"


def of_the_targets_classes(labels: np.ndarray, classes: int, attacker: str) -> np.ndarray:
    """The labels of an attacker's images, int64 [n], for one that learns from the server's part.

    Args:
        labels: int64 [n]; those of the target's classes come first.
        classes: how many the target has.
        attacker: whose they are, for the message.

    Raises:
        UserError: some images are of other classes, of which the server's part says nothing.
    """
    others = int((labels >= classes).sum())
    if others:
        raise UserError(
            f"attackers: {attacker} needs images of the target's classes, and {others} of the "
            f"attacker's {len(labels)} are of others; leave it out, or put images of the same "
            "classes into the attacker's set"
        )
    return labels
