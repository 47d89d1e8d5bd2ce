"""Weights that a training had after some of its epochs, in a file."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from intercept.arrays.hdf5 import read_weights, whole_hdf5, write_weights
from intercept.runtime.hdf5 import opened


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
            write_weights(file.create_group(str(epoch)), weights)


def read_kept(path: str | Path, epoch: int) -> list[np.ndarray]:
    """Read the weights of one epoch, for ``network.set_weights()``.

    Raises:
        UserError: the file is damaged, or does not hold that epoch.
    """
    with opened(path, f"weights after epoch {epoch}") as file:
        return read_weights(file[str(epoch)])
