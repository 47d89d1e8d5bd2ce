"""Files that are dated later than now, as after a clock that was set back.

Snakemake decides by dates what has to run, and refuses an output that is older than its input.
"""

import os
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from intercept.runtime.errors import UserError

_STEP_NS = 10_000  # more than a date in floating-point seconds can lose


def refuse_later(paths: Iterable[str | Path], now: float) -> None:
    """Refuse to go on where a file is dated later than now.

    Args:
        paths: files and folders; a folder is as late as the latest in it.
        now: seconds since the epoch, by the clock that dates the files.

    Raises:
        UserError: one is.
    """
    for path in map(Path, paths):
        latest = max((file.stat().st_mtime for file in _all(path)), default=0)
        if latest > now:
            raise UserError(
                f"{path} is dated {datetime.fromtimestamp(latest):%Y-%m-%d %H:%M:%S}, which is "
                "later than now: the clock was set back. Run the same command again, which "
                "dates such files anew"
            )


def date_anew(folders: Iterable[Path], now: float) -> int:
    """Date every file and folder of the future a moment before now, in the order of their dates.

    No other process may be at work there.

    Args:
        folders: where they are sought; those that are missing or cannot be changed are skipped.
        now: seconds since the epoch, by the clock that dates the files.

    Returns:
        How many there were.
    """
    later = defaultdict(list)
    for folder in folders:
        for file in _all(folder):
            state = file.stat()
            if state.st_mtime > now and os.access(file, os.W_OK):
                later[state.st_mtime_ns].append(file)
    for place, date in enumerate(sorted(later, reverse=True), start=1):
        new = int(now * 1e9) - _STEP_NS * place
        for file in later[date]:
            os.utime(file, ns=(new, new))
    return sum(map(len, later.values()))


def _all(path: Path) -> list[Path]:
    """A file; or a folder, which has a date too, and all that is in it."""
    return [path, *path.rglob("*")] if path.exists() else []
