"""HDF5 files of former stages are opened with one message for whatever is wrong with them."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import h5py

from intercept.runtime.errors import UserError
from intercept.runtime.files import unreadable

# What h5py raises for a file that is cut short, or is of something else, when it is opened or read.
_DAMAGED = (OSError, LookupError, TypeError, ValueError, AttributeError)


@contextmanager
def opened(path: str | Path, what: str) -> Iterator[h5py.File]:
    """Open a file of a former stage; nothing but reading it belongs in the block.

    Args:
        path: the file.
        what: it should hold, for the message, such as ``answers``.

    Raises:
        UserError: it cannot be read, is damaged, or does not hold what the block reads.
    """
    try:
        with h5py.File(path, "r") as file:
            yield file
    except _DAMAGED as error:
        raise unreadable(path, error) or UserError(
            f"{path} is damaged or holds no {what}: delete it and run the same command again"
        ) from error
