"""Files that are dated later than now, as after a clock that was set back.

Snakemake decides by dates what has to run, and refuses an output that is older than its input.
"""

import os
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from intercept.errors import UserError


def refuse_later(paths: Iterable[str | Path], now: float) -> None:
    """Refuse to go on where a file is dated later than now.

    Args:
        paths: files; a folder counts as its newest file.
        now: seconds since the epoch, by the clock that dates the files.

    Raises:
        UserError: one is.
    """
    for path in map(Path, paths):
        latest = max((file.stat().st_mtime for file in _files(path)), default=0)
        if latest > now:
            raise UserError(
                f"{path} is dated {datetime.fromtimestamp(latest):%Y-%m-%d %H:%M:%S}, which is "
                "later than now: the clock was set back. Run the same command again, which "
                "dates such files anew"
            )


def date_anew(folders: Iterable[Path], now: float) -> int:
    """Date every file that is dated later than now a moment before now, in their order.

    Args:
        folders: where they are sought; those that are missing or cannot be changed are skipped.
        now: seconds since the epoch, by the clock that dates the files.

    Returns:
        How many there were.
    """
    later = sorted(
        (file.stat().st_mtime_ns, file)
        for folder in folders
        for file in _files(folder)
        if file.stat().st_mtime > now and os.access(file, os.W_OK)
    )
    newest = int(now * 1e9)
    for place, (_, file) in enumerate(reversed(later)):
        os.utime(file, ns=(newest, newest - 1000 * place))
    return len(later)


def _files(path: Path) -> list[Path]:
    if path.is_dir():
        return [file for file in path.rglob("*") if file.is_file()]
    return [path] if path.exists() else []
