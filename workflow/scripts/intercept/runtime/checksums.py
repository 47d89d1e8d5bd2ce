"""A checksum beside each output, by which later stages know that the file is still the same."""

import hashlib
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from intercept.runtime.errors import UserError
from intercept.runtime.files import whole


def _beside(path: Path) -> Path:
    return path.with_name(f".{path.name}.sha256")


def _checksums(path: Path) -> str:
    """The SHA-256 and path of a file, or of each visible file of a folder, as by sha256sum.

    The path is in it so that a file is not taken for another's that it was copied over.
    """
    files = sorted(path.rglob("*")) if path.is_dir() else [path]
    lines = []
    for file in files:
        if path.is_dir() and (file.name.startswith(".") or not file.is_file()):
            continue
        with file.open("rb") as content:
            sha = hashlib.file_digest(content, "sha256").hexdigest()
        lines.append(f"{sha}  {file}\n")
    return "".join(lines)


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


@cache  # twenty thousand images take a second, and a plan asks more than once
def _content(path: str) -> str:
    return _checksums(Path(path)) if Path(path).exists() else ""


def _changed(path: Path) -> bool:
    recorded = _beside(path)
    if not (recorded.exists() and path.exists()):
        return False
    return recorded.read_bytes() != _checksums(path).encode()
