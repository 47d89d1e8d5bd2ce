"""Files are written whole or not at all."""

import errno
import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from intercept.runtime.errors import UserError

_UNWRITABLE = {
    errno.ENOSPC: "the disk is full: free some space and run the same command again",
    errno.EDQUOT: "the disk quota is used up: free some space and run the same command again",
    errno.EROFS: "the folder is read-only: make it writable or run in another folder",
    errno.EACCES: "permission denied: make the folder writable or run in another folder",
    errno.EPERM: "permission denied: make the folder writable or run in another folder",
}


# HDF5, TensorFlow and TensorFlow Datasets keep the number in their text only, if at all.
_IN_WORDS = {
    "No space left": errno.ENOSPC,
    "Not enough disk space": errno.ENOSPC,
    "Permission denied": errno.EACCES,
}


def unwritable(path: str | os.PathLike, error: Exception) -> UserError | None:
    """The user's message for an `error` met while writing `path`; None for other errors."""
    if isinstance(error, UserError):
        return None
    number = getattr(error, "errno", None)
    if number is None:
        number = next((known for words, known in _IN_WORDS.items() if words in str(error)), None)
    if number not in _UNWRITABLE:
        return None
    return UserError(f"{path} cannot be written: {_UNWRITABLE[number]}")


_LOCKED = "HDF5 could not lock it: end what writes to it"
_UNREADABLE = {
    errno.ENOENT: "it is not there: run the same command again, which makes it anew",
    errno.EACCES: "permission denied: make it readable and run the same command again",
    errno.EPERM: "permission denied: make it readable and run the same command again",
    errno.EAGAIN: _LOCKED,
    errno.ENOLCK: f"{_LOCKED}; on a file system without locks set HDF5_USE_FILE_LOCKING=FALSE",
}


def unreadable(path: str | os.PathLike, error: Exception) -> UserError | None:
    """The user's message for an `error` met while reading `path` that the system has a number for.

    None for others, such as those of a file that is damaged.
    """
    number = getattr(error, "errno", None)
    if not number:
        return None
    said = _UNREADABLE.get(number, f"{os.strerror(number)} (error {number} of the system)")
    return UserError(f"{path} cannot be read: {said}")


def how_to_name(path: str | os.PathLike) -> str:
    """What the user of a path that leads nowhere is told to do, the end of a sentence."""
    home = " (~ stands for no folder here)" if str(path).startswith("~") else ""
    return f"write its path in full{home}, or relative to {Path.cwd()}, where Snakemake runs"


def _remove_leftovers(path: Path) -> None:
    """Remove temporary files of `path` whose writers were killed; only one job writes a path."""
    temporary = re.compile(rf"\.{re.escape(path.stem)}\.\d+{re.escape(path.suffix)}")
    for file in path.parent.iterdir():
        if temporary.fullmatch(file.name):
            file.unlink(missing_ok=True)


@contextmanager
def whole(path: str | os.PathLike) -> Iterator[Path]:
    """Yield a temporary path beside `path`; when the block ends well it becomes `path`.

    The temporary name keeps the suffix, which Keras and matplotlib choose a format by. On any
    error it is removed and `path` stays as it was; what a killed process left is removed too.

    Raises:
        UserError: the disk is full, or the folder cannot be written.
    """
    path = Path(path)
    temporary = path.with_name(f".{path.stem}.{os.getpid()}{path.suffix}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _remove_leftovers(path)
        yield temporary
        with temporary.open("rb+") as file:
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except Exception as error:
        if known := unwritable(path, error):
            raise known from error
        raise
    finally:
        with suppress(OSError):  # a folder that became read-only refuses this too
            temporary.unlink(missing_ok=True)


def write_json(path: str | os.PathLike, value: Any) -> None:
    """Write `value` as indented JSON with sorted keys, whole or not at all.

    Raises:
        UserError: the disk is full, or the folder cannot be written.
    """
    with whole(path) as temporary:
        temporary.write_text(json.dumps(value, indent=2, sort_keys=True) + "\n")


def read_json(path: str | os.PathLike) -> Any:
    """Read a JSON file that a former stage wrote.

    Raises:
        UserError: the file cannot be read, is cut short or is not JSON.
    """
    try:
        return json.loads(Path(path).read_text())
    except OSError as error:
        raise unreadable(path, error) or error from error
    except ValueError as error:
        raise UserError(
            f"{path} is damaged (not JSON): delete it and run the same command again"
        ) from error
