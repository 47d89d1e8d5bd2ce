"""Arrays in npz files and HDF5 that are not trusted: headers first, and nothing that leads out."""

import io
import math
import zipfile
import zlib
from collections.abc import Iterable

import h5py
import numpy as np

from intercept.arrays.limits import LARGEST_NUMBER, LARGEST_WEIGHTS
from intercept.arrays.stored_arrays import arrays_below
from intercept.runtime.errors import UserError, message_lines

# What reading raises where a file is damaged, or is of another kind.
DAMAGED = (
    *(OSError, ValueError, LookupError, TypeError, RuntimeError, EOFError, SyntaxError),
    *(zipfile.BadZipFile, zlib.error, NotImplementedError, OverflowError),
)


def refuse_too_large(numbers: np.ndarray, whose: str) -> None:
    """Refuse numbers whose squares float32 does not hold.

    Args:
        numbers: float32 [n, ...], finite; n at least 0.
        whose: what has them, the beginning of a sentence.

    Raises:
        UserError: one is above `LARGEST_NUMBER` in absolute value.
    """
    if (largest := np.abs(numbers).max(initial=0)) > LARGEST_NUMBER:
        raise UserError(
            f"{whose} up to {largest:.3g}; allowed are numbers up to {LARGEST_NUMBER:g}, whose "
            "squares float32 holds: scale them down, all alike"
        )


def read_arrays(content: bytes, path: str, names: Iterable[str]) -> dict[str, np.ndarray]:
    """Some of the arrays of an npz file, or at the top of HDF5, by name.

    Args:
        content: the bytes of the file.
        path: of the file, for messages.
        names: of the arrays.

    Raises:
        UserError: the file is not whole, an array is not there, is of objects or lies elsewhere, or
            there is too much.
    """
    npz = content.startswith(b"PK")
    try:
        return {name: (_of_npz if npz else _of_hdf5)(content, path, name) for name in names}
    except DAMAGED as error:
        raise UserError(
            f"targets: {path} is not whole ({message_lines(error)[0]}); allowed is an npz file or "
            f"HDF5 with {' and '.join(names)}"
        ) from error


def read_array(content: bytes, path: str) -> np.ndarray:
    """The array of an npy file.

    Raises:
        UserError: as `read_arrays`.
        one of `DAMAGED`: the file is not whole.
    """
    stream = io.BytesIO(content)
    version = np.lib.format.read_magic(stream)
    if version not in ((1, 0), (2, 0)):
        raise ValueError(f"version {version} of npy")
    read = np.lib.format.read_array_header_1_0
    shape, _, dtype = (read if version == (1, 0) else np.lib.format.read_array_header_2_0)(stream)
    _refuse_size(path, shape, dtype)
    if math.prod(shape) * dtype.itemsize != len(content) - stream.tell():
        raise ValueError(f"{shape} of {dtype} are stated, and there are not as many bytes")
    return np.lib.format.read_array(io.BytesIO(content), allow_pickle=False)


def _of_npz(content: bytes, path: str, name: str) -> np.ndarray:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        member = archive.getinfo(f"{name}.npy")
        _refuse_size(path, (member.file_size,), np.dtype(np.uint8))
        return read_array(archive.read(member), path)


def _of_hdf5(content: bytes, path: str, name: str) -> np.ndarray:
    with h5py.File(io.BytesIO(content), "r") as file:
        found = {array.name: array for array in arrays_below(path, file)}
        array = found[f"/{name}"]
        _refuse_size(path, array.shape, array.dtype)
        return array[:]


def _refuse_size(path: str, shape: tuple[int, ...], dtype: np.dtype) -> None:
    if dtype.hasobject:
        raise ValueError("an array of objects")
    size = math.prod(shape) * dtype.itemsize
    if size > LARGEST_WEIGHTS:
        raise UserError(
            f"targets: {path} has an array of {size:,} bytes; allowed are {LARGEST_WEIGHTS:,}: "
            "use fewer images"
        )
