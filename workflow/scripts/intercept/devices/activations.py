"""Activations: what a device part puts out for images, and their files."""

from pathlib import Path

import numpy as np

from intercept.arrays.batches import gen_batches
from intercept.arrays.hdf5 import whole_hdf5
from intercept.arrays.limits import LARGEST_NUMBER
from intercept.arrays.stored_images import ImageArray, images_at_once
from intercept.devices.interface import Device
from intercept.runtime.errors import UserError
from intercept.runtime.hdf5 import opened
from intercept.runtime.progress import watched

ROLES = ("attacker", "augmented", "evaluation")
AT_ONCE = 256
"""How many images a network is shown at a time, or fewer where they are large."""


def observe(mobile: Device, images: ImageArray) -> np.ndarray:
    """What the wire carries for each image.

    Args:
        mobile: the device part, of Keras or not.
        images: [n, height, width, channels] in [0, 1], such as reconstructions; or of signals
            float32 [n, ...].

    Returns:
        float32 activations [n, ...], in inference mode; all are finite, and so are their squares.

    Raises:
        UserError: some are not.
    """
    activations = np.empty((len(images), *mobile.output_shape[1:]), np.float32)
    size = images_at_once(images.shape[1:], AT_ONCE)
    for batch in watched(list(gen_batches(len(images), size)), "activations", "batch"):
        rows, last = images[batch], batch.stop - batch.start
        if batch.start and last < size:  # equal images are rounded alike in batches of one size
            rows = np.resize(rows, (size, *rows.shape[1:]))
        activations[batch] = found = mobile.predict_on_batch(rows)[:last]
        if unusable := first_unusable(found):
            row, why = unusable
            raise UserError(
                f"what a network puts out for an image ({batch.start + row} of {len(images)}, "
                f"counted from 0) {why}"
            )
    return activations


def first_unusable(activations: np.ndarray) -> tuple[int, str] | None:
    """The first row that attackers cannot compute with, and why, the end of a sentence.

    Args:
        activations: float32 [n, ...].

    Returns:
        None where all numbers are finite and have a square that float32 holds.
    """
    usable = np.abs(activations) <= LARGEST_NUMBER  # which not-a-number is not
    rows = usable.reshape(len(activations), -1).all(axis=1)
    if rows.all():
        return None
    row = int(np.argmin(rows))
    values = activations[row]
    infinite = values[~np.isfinite(values)]
    if infinite.size:
        return row, (
            f"is not finite: {infinite[0]}; allowed is a network whose outputs are finite for "
            "every image"
        )
    return row, (
        f"reaches {np.abs(values).max():.3g}; allowed are numbers up to {LARGEST_NUMBER:g}, whose "
        "squares float32 holds: cut elsewhere, or scale down what this layer puts out"
    )


def varying(deviation: np.ndarray) -> np.ndarray:
    """Which parts of an activation tell images apart.

    Args:
        deviation: float32 [...], the standard deviation of each part over many images.

    Returns:
        bool [...]: False where it is 0 or, as with channels that fire for one image in thousands,
        no more than a thousandth of what is usual: the median of those that are not 0.
    """
    alive = deviation[deviation > 0]
    return deviation > 1e-3 * np.median(alive) if alive.size else np.zeros(deviation.shape, bool)


def write_activations(path: str | Path, activations: dict[str, np.ndarray]) -> None:
    """Write activations as HDF5, whole or not at all.

    Args:
        path: the file.
        activations: float32 [n, ...] of images in any of `ROLES`: the ``attacker`` images, the
            ``augmented`` copies of them, and the ``evaluation`` images.

    Raises:
        UserError: the disk is full, or the folder cannot be written.
    """
    with whole_hdf5(path) as file:
        for role, numbers in activations.items():
            file.create_dataset(role, data=numbers, compression="gzip")


def read_activations(path: str | Path, role: str) -> np.ndarray:
    """Read the activations, float32 [n, ...], of the images in one role of `write_activations`.

    Raises:
        UserError: the file is damaged, or is not one of activations.
    """
    with opened(path, f"{role} activations") as file:
        return file[role][:]
