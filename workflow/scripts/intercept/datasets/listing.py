"""Which files the folders of images hold: one folder for each set, in it one for each class.

The Snakefile imports this module, so nothing here imports TensorFlow.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

from intercept.runtime.errors import UserError


def class_folders(folders: Mapping[str, str]) -> list[str]:
    """The folders of single classes, sorted; they change when an image comes or goes.

    Args:
        folders: the folder of each set; by role.

    Raises:
        UserError: a folder is missing, or holds no folders of classes.
    """
    return [str(path) for role, folder in folders.items() for path in _classes(role, folder)]


def _classes(role: str, folder: str) -> list[Path]:
    path = Path(folder)
    if not path.is_dir():
        raise UserError(
            f"dataset.folders.{role} is {folder!r}, which is no folder; allowed is one with a "
            "folder of images for each class"
        )
    classes = sorted(p for p in path.iterdir() if p.is_dir() and not p.name.startswith("."))
    if not classes:
        raise UserError(
            f"dataset.folders.{role}: {folder!r} holds no folders; put the images of each class "
            "into a folder of its own there"
        )
    return classes


def image_files(role: str, folder: str) -> Iterator[tuple[str, Path]]:
    """Every image file with the name of its class, sorted.

    Raises:
        UserError: as `class_folders`.
    """
    for path in _classes(role, folder):
        for file in sorted(path.iterdir()):
            if file.is_file() and not file.name.startswith("."):
                yield path.name, file
