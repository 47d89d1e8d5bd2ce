"""Augmented copies of the attacker's images: its queries to the device part are free."""

import numpy as np

from intercept.affine import affine_maps, warp
from intercept.attackers.settings import Augmentation
from intercept.runtime.progress import watched

_ROUNDING = 0.001  # TensorFlow's weights of red, green and blue sum to 0.9999


def augment(images: np.ndarray, settings: Augmentation, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Alter images at random: turned, scaled, sheared and shifted; some mirrored, or joined.

    Images that are all black and white stay so.

    Args:
        images: float32 [n, height, width, channels] in [0, 1].
        settings: how many copies of each image, and how they are augmented.
        seed: the same seed gives the same copies.

    Returns:
        The copies [copies * n, height, width, channels], of every image one, then of every image
        another, and so on; bool if `images` are black and white, else float32. And which images
        each is made of, int64 [copies * n, 2]: the same one twice, or the two that were joined.
    """
    generator, copies = np.random.default_rng(seed), settings.copies
    binary = is_binary(images)
    augmented = np.empty((copies, *images.shape), bool if binary else np.float32)
    origins = np.empty((copies, len(images), 2), np.int64)
    origins[...] = np.arange(len(images))[:, np.newaxis]
    for number in watched(range(copies), "augmented copies", "copy"):
        mirrored = _mirrored(images, settings.mirrored, generator)
        chosen = generator.random(len(images)) < settings.joined
        joined, others = _joined(mirrored, settings.shift, generator)
        origins[number, chosen, 1] = others[chosen]
        warped = _warped(np.where(_per_image(chosen), joined, mirrored), settings, generator)
        augmented[number] = warped > 0.5 if binary else warped
    return augmented.reshape(-1, *images.shape[1:]), origins.reshape(-1, 2)


def is_binary(images: np.ndarray) -> bool:
    """Whether every pixel is 0 or 1, but for the rounding of a conversion to greys."""
    return bool(np.all(np.abs(images - np.round(images)) < _ROUNDING))


def _per_image(values: np.ndarray) -> np.ndarray:
    return values[:, np.newaxis, np.newaxis, np.newaxis]


def _mirrored(images: np.ndarray, share: float, generator: np.random.Generator) -> np.ndarray:
    """Some images in another of the positions that their frame allows: eight if it is square."""
    height, width = images.shape[1:3]
    changes = [lambda some: some[:, :, ::-1], lambda some: some[:, ::-1]]
    if height == width:
        changes.append(lambda some: some.transpose(0, 2, 1, 3))
    position = generator.integers(2 ** len(changes), size=len(images))
    position[generator.random(len(images)) >= share] = 0
    mirrored = images.copy()
    for bit, change in enumerate(changes):
        chosen = (position >> bit) % 2 == 1
        mirrored[chosen] = change(mirrored[chosen])
    return mirrored


def _joined(
    images: np.ndarray, shift: float, generator: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """One side of each image, the other side of another, met at a line near the centre.

    Returns:
        These, and which the others are, int64 [n].
    """
    height, width = images.shape[1:3]
    y, x = np.mgrid[:height, :width]
    angle = generator.uniform(0, 2 * np.pi, len(images))[:, np.newaxis, np.newaxis]
    offset = generator.uniform(-shift, shift, len(images))[:, np.newaxis, np.newaxis]
    side = np.cos(angle) * (x / width - 0.5) + np.sin(angle) * (y / height - 0.5) > offset
    others = generator.permutation(len(images))
    return np.where(side[..., np.newaxis], images, images[others]), others


def _warped(
    images: np.ndarray, settings: Augmentation, generator: np.random.Generator
) -> np.ndarray:
    """An affine map for each image about its centre; what comes in is what stood at the edge."""
    count, height, width = images.shape[:3]

    def drawn(limit: float) -> np.ndarray:
        return generator.uniform(-limit, limit, count)

    turn = np.deg2rad(drawn(settings.rotation))
    across, down = np.exp(drawn(settings.log_scale)), np.exp(drawn(settings.log_scale))
    shear = drawn(settings.shear)
    shift = np.stack([drawn(settings.shift) * width, drawn(settings.shift) * height], axis=1)
    maps = affine_maps((height, width), turn, (across, down), across * shear, shift)
    return warp(images, maps).numpy()
