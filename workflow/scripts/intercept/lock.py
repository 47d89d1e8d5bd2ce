"""Locks that a killed run left behind."""

import fcntl
import os
import shutil
from pathlib import Path
from typing import IO

_KILLED = "A former run was killed; going on from what it finished."
_BESIDE = (
    "Another run works in this folder. Until it has ended nothing that it makes can be made by a "
    "second one; do not use --unlock."
)


def join_runs(folder: Path) -> tuple[IO[str], bool, str]:
    """Count this process among those that work in a folder; alone, clear Snakemake's old locks.

    A killed Snakemake leaves its lock files, and the next run would be refused. The kernel's own
    lock, taken here, ends with its process, however that ends: whoever can have it exclusively
    is alone, and whatever lock files there are belong to nobody.

    Args:
        folder: Snakemake's own, ``.snakemake``; it is made where it is missing.

    Returns:
        A file, dated now, to be kept open as long as the process works in the folder; whether the
        process is alone there; and what the user should know of other runs, or nothing.

    Raises:
        OSError: the folder cannot be made or written.
    """
    folder.mkdir(exist_ok=True)
    file = (folder / "intercept.lock").open("w")
    os.utime(file.fileno())
    locks = folder / "locks"
    locked = locks.is_dir() and any(locks.iterdir())
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        alone = True
        shutil.rmtree(locks, ignore_errors=True)
    except BlockingIOError:
        alone = False
    fcntl.flock(file, fcntl.LOCK_SH)
    return file, alone, (_KILLED if alone else _BESIDE) if locked else ""
