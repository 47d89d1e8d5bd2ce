"""Augmented copies of the attacker's images: its queries to the device part are free."""

from dataclasses import dataclass

import numpy as np

from intercept.arrays.affine import affine_maps, warp
from intercept.arrays.stored_images import StoredImages, as_held
from intercept.attackers.settings import Augmentation
from intercept.runtime.progress import watched

_BOTH = (False, True)


@dataclass(frozen=True, eq=False)
class _Draw:
    """What becomes of every image in one copy; arrays [n, ...].

    Attributes:
        position: of `_positions`, in which of them it is shown.
        others: the image that it may be joined with.
        joined: whether it is.
        angle: of the line that both meet at, in radians.
        offset: of this line from the centre, as a share of the image's size.
        maps: what it is turned, scaled, sheared and shifted by, as `warp` takes them.
    """

    position: np.ndarray
    others: np.ndarray
    joined: np.ndarray
    angle: np.ndarray
    offset: np.ndarray
    maps: np.ndarray


def augment(
    images: StoredImages, settings: Augmentation, seed: int
) -> tuple[StoredImages, np.ndarray]:
    """Images and augmented copies: turned, scaled, sheared and shifted; some mirrored, or joined.

    Args:
        images: n of them, at least one.
        settings: how many copies of each image, and how they are augmented.
        seed: the same seed gives the same copies.

    Returns:
        The images, then of every image one copy, then of every image another, and so on, (1 +
        copies) * n; held as bool if all are black and white, else as `images` are. And which images
        each is made of, int64 [(1 + copies) * n, 2]: the same one twice, or the two that were
        joined.
    """
    generator, count = np.random.default_rng(seed), 1 + settings.copies
    held_in = np.bool_ if images.is_binary() else images.stored.dtype
    together = np.empty((count, *images.shape), held_in)
    origins = np.empty((count, len(images), 2), np.int64)
    origins[...] = np.arange(len(images))[:, np.newaxis]
    for batch in images.batches():
        together[0, batch] = as_held(images[batch], held_in)
    for number in watched(range(1, count), "augmented copies", "copy"):
        draw = _drawn(images.shape[:3], settings, generator)
        origins[number, draw.joined, 1] = draw.others[draw.joined]
        for batch in images.batches():
            together[number, batch] = as_held(_altered(images, draw, batch), held_in)
    return StoredImages(together.reshape(-1, *images.shape[1:])), origins.reshape(-1, 2)


def _drawn(shape: tuple[int, ...], settings: Augmentation, generator: np.random.Generator) -> _Draw:
    count, height, width = shape

    def drawn(limit: float) -> np.ndarray:
        return generator.uniform(-limit, limit, count)

    position = generator.integers(len(_positions(height, width)), size=count)
    position[generator.random(count) >= settings.mirrored] = 0
    joined = generator.random(count) < settings.joined
    angle, offset = generator.uniform(0, 2 * np.pi, count), drawn(settings.shift)
    others = generator.permutation(count)
    turn = np.deg2rad(drawn(settings.rotation))
    across, down = np.exp(drawn(settings.log_scale)), np.exp(drawn(settings.log_scale))
    shear = drawn(settings.shear)
    shift = np.stack([drawn(settings.shift) * width, drawn(settings.shift) * height], axis=1)
    maps = affine_maps((height, width), turn, (across, down), across * shear, shift)
    return _Draw(position, others, joined, angle, offset, maps)


def _altered(images: StoredImages, draw: _Draw, batch: slice) -> np.ndarray:
    """The copies of a batch, float32; what comes in at an edge is what stood there."""
    shown, joined = _mirrored(images[batch], draw.position[batch]), draw.joined[batch]
    if joined.any():
        others = draw.others[batch][joined]
        beside = _mirrored(images[others], draw.position[others])
        side = _sides(images.shape[1:3], draw.angle[batch][joined], draw.offset[batch][joined])
        shown[joined] = np.where(side, shown[joined], beside)
    return warp(shown, draw.maps[batch]).numpy()


def _positions(height: int, width: int) -> list[tuple[bool, bool, bool]]:
    """In which positions an image fits its frame, eight if that is square: whether it is mirrored
    across, mirrored down, and then has its rows and columns exchanged."""
    exchanged = (False, True) if height == width else (False,)
    return [(across, down, swap) for swap in exchanged for down in _BOTH for across in _BOTH]


def _mirrored(images: np.ndarray, position: np.ndarray) -> np.ndarray:
    """A copy of images [n, height, width, channels], each in one of the `_positions`, [n]."""
    mirrored = images.copy()
    for number, (across, down, swap) in enumerate(_positions(*images.shape[1:3])):
        some = images[position == number]
        some = some[:, :, ::-1] if across else some
        some = some[:, ::-1] if down else some
        mirrored[position == number] = some.transpose(0, 2, 1, 3) if swap else some
    return mirrored


def _sides(size: tuple[int, ...], angle: np.ndarray, offset: np.ndarray) -> np.ndarray:
    """On which side of a line near the centre each pixel is, bool [n, height, width, 1]."""
    height, width = size
    y, x = np.mgrid[:height, :width]
    angle, offset = angle[:, np.newaxis, np.newaxis], offset[:, np.newaxis, np.newaxis]
    side = np.cos(angle) * (x / width - 0.5) + np.sin(angle) * (y / height - 0.5) > offset
    return side[..., np.newaxis]
