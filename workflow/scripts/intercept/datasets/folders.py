"""Images from folders: one for each set, in it one for each class."""

from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
from PIL import Image

from intercept.datasets.cache import ImageSet
from intercept.datasets.listing import image_files
from intercept.runtime.errors import UserError

_VALIDATION = 5  # every fifth image of a class validates


def read_folders(folders: Mapping[str, str]) -> tuple[dict[str, ImageSet], int]:
    """Read all sets.

    Classes are numbered in the order of their names, as Keras does, those of the target's first;
    the class is also the identity that images share. Of each of the target's classes every fifth
    image, in the order of names, is for validation. The classes take turns in every set.

    Args:
        folders: of the ``target``, the ``attacker`` and the ``evaluation`` set.

    Returns:
        The parts ``train``, ``validation``, ``attacker`` and ``evaluation``, images float32
        [n, height, width, channels] in [0, 1] (one channel if all images are grey, else three),
        none of them marked as seen; and how many classes the target's set has.

    Raises:
        UserError: a folder is missing or without classes, a file is no image, images differ in
            size, or a part has none.
    """
    found = {role: _in_turns(image_files(role, folder)) for role, folder in folders.items()}
    own = sorted({name for _, name, _ in found["target"]})
    others = sorted({name for files in found.values() for _, name, _ in files} - set(own))
    numbers = {name: number for number, name in enumerate([*own, *others])}
    files = {
        "train": [file for file in found["target"] if file[0] % _VALIDATION != 4],
        "validation": [file for file in found["target"] if file[0] % _VALIDATION == 4],
        "attacker": found["attacker"],
        "evaluation": found["evaluation"],
    }
    for part, entries in files.items():
        if not entries:
            raise UserError(
                f"dataset.folders: no image is left for the {part} part; every fifth image of a "
                "class validates, so that a class needs five or more"
            )
    pixels = _read([path for entries in files.values() for _, _, path in entries])
    ends = np.cumsum([len(entries) for entries in files.values()])
    sets = {}
    for (part, entries), images in zip(files.items(), np.split(pixels, ends[:-1]), strict=True):
        labels = np.array([numbers[name] for _, name, _ in entries], np.int64)
        images = images.astype(np.float32) / 255
        sets[part] = ImageSet(images, labels, labels.copy(), np.zeros(len(labels), bool))
    return sets, len(own)


def _in_turns(files: Iterable[tuple[str, Path]]) -> list[tuple[int, str, Path]]:
    """Number within its class, class and path: the first of each class, the second of each, ..."""
    counts: Counter[str] = Counter()
    numbered = []
    for name, path in files:
        numbered.append((counts[name], name, path))
        counts[name] += 1
    return sorted(numbered)


def _read(paths: list[Path]) -> np.ndarray:
    """uint8 [n, height, width, 1], or 3 where any image has colour."""
    images: list[np.ndarray] = []
    for path in paths:
        try:
            with Image.open(path) as file:
                images.append(_channels(np.asarray(file.convert("RGB"))))
        except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
            raise UserError(
                f"dataset.folders: {path} is not a whole image; allowed is what Pillow reads, "
                "such as PNG and JPEG: remove it, or replace it"
            ) from error
        if images[-1].shape[:2] != images[0].shape[:2]:
            (height, width), (first, second) = images[-1].shape[:2], images[0].shape[:2]
            raise UserError(
                f"dataset.folders: {path} is {height}×{width} pixels (height × width), and "
                f"{paths[0]} is {first}×{second}; bring all images to one size"
            )
    channels = max(image.shape[-1] for image in images)
    stack = np.empty((len(images), *images[0].shape[:2], channels), np.uint8)
    for place, image in zip(stack, images, strict=True):
        place[:] = image
    return stack


def _channels(image: np.ndarray) -> np.ndarray:
    """One channel of an image without colour, which takes a third of the memory; else all three."""
    grey = (image == image[..., :1]).all()
    return image[..., :1].copy() if grey else image
