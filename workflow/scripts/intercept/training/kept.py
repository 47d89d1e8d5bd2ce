"""Weights that a training had after some of its epochs, in a file."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import h5py
import numpy as np

from intercept.hdf5 import whole_hdf5
from intercept.runtime.errors import UserError


def write_kept(path: str | Path, kept: Mapping[int, Sequence[np.ndarray]]) -> None:
    """Write the weights of each epoch as HDF5, whole or not at all.

    Args:
        path: the file.
        kept: by epoch, the arrays of ``network.get_weights()``.

    Raises:
        UserError: the disk is full, or the folder cannot be written.
    """
    with whole_hdf5(path) as file:
        for epoch, weights in kept.items():
            group = file.create_group(str(epoch))
            for number, weight in enumerate(weights):
                group.create_dataset(str(number), data=weight)


def read_kept(path: str | Path, epoch: int) -> list[np.ndarray]:
    """Read the weights of one epoch, for ``network.set_weights()``.

    Raises:
        UserError: the file is damaged, or does not hold that epoch.
    """
    try:
        with h5py.File(path, "r") as file:
            group = file[str(epoch)]
            return [group[str(number)][()] for number in range(len(group))]
    except (OSError, KeyError) as error:
        raise UserError(
            f"{path} is damaged or holds no weights after epoch {epoch}: delete it and run the "
            "same command again"
        ) from error
