"""Locks that a killed run left behind."""

import fcntl
import shutil
from pathlib import Path
from typing import IO


def join_runs(folder: Path) -> tuple[IO[str], bool]:
    """Count this process among those that work in a folder; alone, clear Snakemake's old locks.

    A killed Snakemake leaves its lock files, and the next run would be refused. The kernel's own
    lock, taken here, ends with its process, however that ends: whoever can have it exclusively
    is alone, and whatever lock files there are belong to nobody.

    Args:
        folder: Snakemake's own, ``.snakemake``; it is made where it is missing.

    Returns:
        A file, to be kept open as long as the process works in the folder, and whether old locks
        were cleared.
    """
    folder.mkdir(exist_ok=True)
    file = (folder / "intercept.lock").open("w")
    locks = folder / "locks"
    cleared = False
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        pass
    else:
        cleared = locks.is_dir() and any(locks.iterdir())
        if cleared:
            shutil.rmtree(locks)
    fcntl.flock(file, fcntl.LOCK_SH)
    return file, cleared
