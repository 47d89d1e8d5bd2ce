"""Which files the folders of images hold: one folder for each set, or one that is divided.

Each holds a folder for each class. The Snakefile imports this module, so nothing here imports
TensorFlow.
"""

import errno
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from intercept.datasets.identities import SHARES, Entry, divided, identities
from intercept.runtime.errors import UserError
from intercept.runtime.files import how_to_name


@dataclass(frozen=True)
class Listing:
    """What the folder of one set holds.

    Attributes:
        images: every image file, by class and then by path. Files in folders within a class's are
            of that class.
        folders: the folders of the classes, sorted.
        left_out: what is not read, with the reason.
    """

    images: list[Entry]
    folders: list[Path]
    left_out: list[str]


def list_images(dataset: Mapping[str, Any]) -> dict[str, Listing]:
    """List the files of every set.

    What is hidden (its name begins with a dot) and what lies beside the folders of classes is left
    out. Links are followed.

    Args:
        dataset: the ``dataset`` section of a configuration; with neither ``folder`` nor ``folders``
            it lists nothing.

    Raises:
        UserError: a folder is missing or holds no folders of classes, a class of the target has no
            image, one folder has too few identities for each set to get one, something is neither
            a file nor a folder, such as a link to nothing, or leads round in a circle, may not be
            read, or has a name that is no UTF-8; or as by
            `intercept.datasets.identities.identities`.
    """
    if "folder" not in dataset and "folders" not in dataset:
        return {}
    try:
        return _listings(dataset)
    except OSError as error:
        raise UserError(
            f"dataset.{'folder' if 'folder' in dataset else 'folders'}: {error.filename!r} cannot "
            f"be read ({error.strerror}); every folder and image there has to be: allow it, or "
            "remove it"
        ) from error


def _listings(dataset: Mapping[str, Any]) -> dict[str, Listing]:
    identity = identities(dataset.get("identity"))
    if "folder" in dataset:
        whole = _listing("dataset.folder", Path(dataset["folder"]), True, identity)
        sets = divided(whole.images, dataset.get("shares", SHARES))
        _refuse_empty(sets, dataset)
        return {
            role: Listing(images, whole.folders, whole.left_out if role == "target" else [])
            for role, images in sets.items()
        }
    return {
        role: _listing(f"dataset.folders.{role}", Path(folder), role == "target", identity)
        for role, folder in dataset["folders"].items()
    }


def validates_apart(dataset: Mapping[str, Any]) -> bool:
    """Whether the images that validate are named by themselves, and not taken from the target's.

    Args:
        dataset: the ``dataset`` section of a configuration.
    """
    return "splits" in dataset or "validation" in dataset.get("folders", {})


def _refuse_empty(sets: Mapping[str, list[Entry]], dataset: Mapping[str, Any]) -> None:
    """Say that one folder is divided so that a set has nothing."""
    empty = [role for role, images in sets.items() if not images]
    if not empty:
        return
    one, several = ("identity", "identities") if "identity" in dataset else ("image", "images")
    known = sorted({entry.identity for images in sets.values() for entry in images})
    names = ", ".join([*known[:5], *(["…"] if len(known) > 5 else [])])
    if len(known) < len(sets):
        mend = f"no {one} is in two sets, so that {len(sets)} or more are needed: add images"
        mend += " of others, or choose another dataset.identity" if "identity" in dataset else ""
    else:
        mend = f"each {one} goes to the set that lacks most of its share"
        mend += ": change dataset.shares, or add images"
    raise UserError(
        f"dataset.folder: of {len(known)} {one if len(known) == 1 else several} in "
        f"{dataset['folder']!r} ({names}) none is left for the {' and the '.join(empty)} "
        f"set{'s' if len(empty) > 1 else ''}; {mend}"
    )


def _listing(
    key: str, folder: Path, learned: bool, identity: Callable[[str, Path, Path], str]
) -> Listing:
    """Of one folder.

    Args:
        key: that names it.
        folder: its path.
        learned: whether each class in it is one that the target tells apart.
        identity: see `identities`.
    """
    if not folder.is_dir():
        raise UserError(
            f"{key} is {str(folder)!r}, which is no folder; allowed is one with a folder of images "
            f"for each class: {how_to_name(folder)}"
        )
    left_out: list[str] = []
    images: list[Entry] = []
    classes = []
    for entry in _visible(folder, left_out):
        if not _is_folder(entry):
            left_out.append(f"{entry.path} (beside the folders of classes)")
            continue
        files = [
            Entry(entry.name, path, identity(entry.name, Path(entry.path), path))
            for path in _files(entry.path, left_out)
        ]
        if not files and learned:
            raise UserError(
                f"{key}: {entry.path} holds no image, and every folder there is a class that the "
                "network tells apart; put images into it or remove it"
            )
        if not files:
            left_out.append(f"{entry.path} (no image in it)")
        images += files
        classes.append(Path(entry.path))
    if not classes:
        raise UserError(
            f"{key}: {str(folder)!r} holds no folders; put the images of each class into a folder "
            "of its own there"
        )
    return Listing(images, classes, left_out)


def _files(folder: str, left_out: list[str], above: tuple[str, ...] = ()) -> Iterator[Path]:
    within = (*above, os.path.realpath(folder))
    for entry in _visible(folder, left_out):
        if entry.is_symlink() and os.path.realpath(entry.path) in within:
            raise UserError(
                f"dataset.folders: {entry.path} is a link to a folder that it lies in; remove it"
            )
        if _is_folder(entry):
            yield from _files(entry.path, left_out, within)
        elif not os.access(entry.path, os.R_OK):  # before a plan reads all of them
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), entry.path)
        else:
            yield Path(entry.path)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    """Whether it is a folder, or else a file; for a link, whether it leads to one."""
    kind = entry if not entry.is_symlink() else Path(entry.path)  # an entry raises on a circle
    if kind.is_dir():
        return True
    if kind.is_file():
        return False
    raise UserError(
        f"dataset.folders: {entry.path} is neither a file nor a folder"
        f"{', but a link that leads to none' if entry.is_symlink() else ''}; "
        "replace it by an image, or remove it"
    )


def _visible(folder: str | Path, left_out: list[str]) -> list[os.DirEntry[str]]:
    with os.scandir(folder) as found:
        entries = sorted(found, key=lambda entry: entry.name)
    for entry in entries:
        try:
            entry.name.encode()
        except UnicodeEncodeError as error:  # it could be neither printed nor recorded
            raise UserError(
                f"dataset.folders: the name of {os.fsencode(entry.path)!r} is no UTF-8; rename it"
            ) from error
    left_out += [f"{entry.path} (hidden)" for entry in entries if entry.name.startswith(".")]
    return [entry for entry in entries if not entry.name.startswith(".")]
