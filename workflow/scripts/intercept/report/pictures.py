"""Small pictures of images: sixteen side by side, for the page to set under one another."""

from pathlib import Path

import numpy as np
from PIL import Image

from intercept.runtime.files import whole

SHOWN = 16

_SIDE = 72  # pixels of the longer side of an image
_GAP = 2  # between two, and around all
_GROUND = "#a6a6a6"  # shows where white paper ends
_QUALITY = 70  # WebP's, of 100


def first_shown(seen: np.ndarray) -> np.ndarray:
    """The images of a set that are shown: the first that the attacker never saw.

    Args:
        seen: bool [n], of each image whether the attacker owns it too.

    Returns:
        Up to `SHOWN` indices, int64; where there is no unseen image, of the seen ones.
    """
    return np.flatnonzero(seen == seen.all())[:SHOWN]


def side_by_side(images: np.ndarray) -> Image.Image:
    """Draw images from left to right, each as large as 72 pixels allow.

    Args:
        images: float [n, height, width] or [n, height, width, channels], 0 to 1, n >= 1; values
            outside are clipped. One channel is grey, three are colours; of any other number the
            mean is drawn.

    Raises:
        ValueError: there is no image, or the array has another shape.
    """
    images = np.asarray(images)
    if images.ndim == 3:
        images = images[..., np.newaxis]
    if images.ndim != 4 or not images.size:
        raise ValueError(
            f"images must be [n, height, width, channels] with n >= 1, not {images.shape}"
        )
    if images.shape[-1] != 3:
        images = images.mean(axis=-1)
    height, width = images.shape[1:3]
    scale = _SIDE / max(height, width)
    scale = float(int(scale)) if scale >= 2 else min(scale, 1.0)
    size = max(round(width * scale), 1), max(round(height * scale), 1)
    how = Image.Resampling.NEAREST if scale >= 1 else Image.Resampling.BOX
    step = size[0] + _GAP
    paper = Image.new("RGB", (len(images) * step + _GAP, size[1] + 2 * _GAP), _GROUND)
    for number, image in enumerate(np.rint(255 * np.clip(images, 0, 1)).astype(np.uint8)):
        paper.paste(Image.fromarray(image).resize(size, how), (_GAP + number * step, _GAP))
    return paper


def write_pictures(path: str | Path, images: np.ndarray) -> None:
    """Write images side by side as WebP, whole or not at all; see `side_by_side`.

    Raises:
        UserError: the disk is full, or the folder cannot be written.
    """
    with whole(path) as temporary:
        side_by_side(images).save(temporary, "WEBP", quality=_QUALITY, method=6)
