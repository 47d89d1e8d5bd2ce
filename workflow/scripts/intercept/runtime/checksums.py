"""A checksum beside each output, by which later stages know that the file is still the same."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

from intercept.runtime.errors import UserError
from intercept.runtime.files import unreadable, whole


def _beside(path: Path) -> Path:
    return path.with_name(f".{path.name}.sha256")


def _checksums(path: Path) -> str:
    """The SHA-256 and path of a file, or of each visible file of a folder, as by sha256sum.

    The path is in it so that a file is not taken for another's that it was copied over.
    """
    lines = []
    for file in _files(path):
        try:
            with file.open("rb") as content:
                sha = hashlib.file_digest(content, "sha256").hexdigest()
        except OSError as error:
            raise unreadable(file, error) or error from error
        lines.append(f"{sha}  {file}\n")
    return "".join(lines)


def _files(path: Path) -> list[Path]:
    """A file, or the visible files of a folder, but for those that Python compiles there."""
    if not path.is_dir():
        return [path]
    every = (file for file in sorted(path.rglob("*")) if file.parent.name != "__pycache__")
    return [file for file in every if not file.name.startswith(".") and file.is_file()]


def record(paths: Iterable[str | Path]) -> None:
    """Write the checksum of each file or folder that is there beside it, as ``.<name>.sha256``.

    Raises:
        UserError: the disk is full, or the folder cannot be written.
    """
    for path in map(Path, paths):
        if path.exists():
            with whole(_beside(path)) as temporary:
                temporary.write_text(_checksums(path))


def verify(paths: Iterable[str | Path]) -> None:
    """Hold files and folders against their checksums; what has none is taken as it is.

    Raises:
        UserError: some are not what was written there.
    """
    changed = [str(path) for path in map(Path, paths) if _changed(path)]
    if changed:
        raise UserError(
            f"damaged or replaced, by the checksum beside it: {', '.join(changed)}; "
            "delete it and run the same command again"
        )


def content_hash(paths: str | Iterable[str]) -> str:
    """SHA-256 (hex) over the names and bytes of files, and of the visible files of folders.

    A path is read once in the life of the process; one that is missing has no content.
    """
    every = [paths] if isinstance(paths, str) else paths
    return hashlib.sha256("".join(map(_content, every)).encode()).hexdigest()


def changed_since_read() -> list[str]:
    """Which of the paths that `content_hash` read in this process hold something else by now.

    What has the dates and the size that it had is taken as it was.
    """
    return [
        path
        for path, (state, content) in _READ.items()
        if _state(Path(path)) != state and _content_now(Path(path)) != content
    ]


_State = list[tuple[str, int, int, int]]

_READ: dict[str, tuple[_State, str]] = {}
"""By path what it held when it was read: twenty thousand images take a second, and a plan asks
more than once."""


def _content(path: str) -> str:
    if path not in _READ:
        _READ[path] = _state(Path(path)), _content_now(Path(path))
    return _READ[path][1]


def _content_now(path: Path) -> str:
    return _checksums(path) if path.exists() else ""


def _state(path: Path) -> _State:
    """Of each file its name, size, and when it was written and last touched in any way."""
    found = [(file, file.stat()) for file in _files(path)] if path.exists() else []
    return [(str(file), one.st_size, one.st_mtime_ns, one.st_ctime_ns) for file, one in found]


def _changed(path: Path) -> bool:
    recorded = _beside(path)
    if not (recorded.exists() and path.exists()):
        return False
    return recorded.read_bytes() != _checksums(path).encode()
