"""Ways in which a file comes to be damaged."""

from pathlib import Path

import h5py
import pytest


def cut(path, share=0.5):
    """Leave only the first part of a file."""
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])


UNREADABLE_HDF5 = {
    "cut": cut,
    "cut at the end": lambda path: cut(path, 0.999),
    "empty": lambda path: path.write_bytes(b""),
    "text": lambda path: path.write_text("not HDF5"),
    "missing": Path.unlink,
    "without content": lambda path: h5py.File(path, "w").close(),
}
unreadable = pytest.mark.parametrize("damage", UNREADABLE_HDF5.values(), ids=UNREADABLE_HDF5)
