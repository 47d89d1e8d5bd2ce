"""HDF5 files that are written whole or not at all."""

import io
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import h5py
import numpy as np

from intercept.runtime.files import whole


@contextmanager
def whole_hdf5(path: str | Path) -> Iterator[h5py.File]:
    """Yield an HDF5 file in memory; when the block ends well it is written to `path`.

    By way of memory, since the HDF5 library can end the process when it meets a full disk.

    Raises:
        UserError: the disk is full, or the folder cannot be written.
    """
    content = io.BytesIO()
    with h5py.File(content, "w") as file:
        yield file
    with whole(path) as temporary:
        temporary.write_bytes(content.getbuffer())


def write_weights(group: h5py.Group, weights: Iterable[np.ndarray]) -> None:
    """Write a network's weights into an empty group, as Keras' `get_weights` gives them."""
    for number, weight in enumerate(weights):
        group[str(number)] = weight


def read_weights(group: h5py.Group) -> list[np.ndarray]:
    """The weights that `write_weights` wrote.

    Raises:
        KeyError: the group holds something else.
    """
    return [group[str(number)][()] for number in range(len(group))]
