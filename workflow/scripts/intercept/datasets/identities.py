"""Whom or what an image of a folder shows, and which set it goes to; free of TensorFlow."""

import csv
import hashlib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from intercept.runtime.errors import UserError
from intercept.runtime.files import how_to_name

SHARES = {"target": 0.5, "attacker": 0.25, "evaluation": 0.25}
"""Of one folder's images, unless set."""

_KEY = "dataset.identity"


class Entry(NamedTuple):
    """An image file.

    Attributes:
        label: the name of its class.
        path: of the file.
        identity: the name of what it shows, which other images may show, too.
    """

    label: str
    path: Path
    identity: str


def identities(rule: str | Mapping[str, Any] | None) -> Callable[[str, Path, Path], str]:
    """From the class of an image, the folder of that class and the image's file to its identity.

    Args:
        rule: None, each its own; ``class``; ``folder``, the one within the class's that the file
            lies in; a mapping with the ``pattern`` that finds it in the file's name as its one
            group; or with a ``table``, a CSV file, whose column ``file`` has names of files or
            their paths behind the folder of the set, and ``column`` the identities.

    Raises:
        UserError: the table cannot be read, or has no such columns; and by the function, of a file
            whose identity is not said.
    """
    if rule is None:
        # Behind the set's folder, however that is named: the division goes by it.
        return lambda label, folder, path: path.relative_to(folder.parent).as_posix()
    if rule == "class":
        return lambda label, folder, path: label
    if rule == "folder":
        return _of_folder
    assert isinstance(rule, Mapping)
    if "pattern" in rule:
        return _by_pattern(re.compile(rule["pattern"]))
    return _by_table(rule["table"], rule["column"])


def has_identities(dataset: Mapping[str, Any]) -> bool:
    """Whether images share what they show, of which there are more, and not their class alone.

    Args:
        dataset: the ``dataset`` section of a configuration.
    """
    features = dataset.get("features")
    if features is None:
        return dataset.get("identity") is not None
    return bool(features["character"] != features["label"])


def tables_of(rule: str | Mapping[str, Any] | None) -> list[str]:
    """The files that a rule of `identities` reads."""
    return [rule["table"]] if isinstance(rule, Mapping) and "table" in rule else []


def _of_folder(label: str, folder: Path, path: Path) -> str:
    inside = path.relative_to(folder).parts
    if len(inside) < 2:
        raise UserError(
            f"{_KEY} is folder, and {path} lies in its class's folder itself; put it into a folder "
            "of its identity there"
        )
    return f"{label}/{inside[0]}"


def _by_pattern(pattern: re.Pattern[str]) -> Callable[[str, Path, Path], str]:
    def found(label: str, folder: Path, path: Path) -> str:
        match = pattern.search(path.name)
        if match is None or match[1] is None:
            raise UserError(
                f"{_KEY}.pattern: {pattern.pattern!r} finds nothing in {path.name!r} ({path}); "
                "allowed is a pattern that finds the identity in the name of every file"
            )
        return match[1]

    return found


def _by_table(table: str, column: str) -> Callable[[str, Path, Path], str]:
    try:
        with Path(table).open(newline="", encoding="utf-8-sig") as file:
            rows = list(csv.DictReader(file))
    except FileNotFoundError as error:
        raise UserError(
            f"{_KEY}.table is {table!r}, which is not there; allowed is a CSV file with the "
            f"columns file and {column}: {how_to_name(table)}"
        ) from error
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UserError(
            f"{_KEY}.table is {table!r}, which cannot be read ({error}); allowed is a CSV file "
            f"with the columns file and {column}"
        ) from error
    columns = list(rows[0]) if rows else []
    for name in ("file", column):
        if name not in columns:
            has = ", ".join(map(str, columns)) or "none, since it is empty"
            raise UserError(f"{_KEY}: {table} has no column {name!r}; it has {has}")
    of_files: dict[str, str] = {}
    for row in rows:
        if of_files.setdefault(row["file"], row[column]) != row[column]:
            raise UserError(
                f"{_KEY}: {table} has {row['file']} twice, of {of_files[row['file']]} and of "
                f"{row[column]}; where classes have files of one name, give paths, such as "
                "<class>/<name>"
            )
    named: dict[str, str] = {}  # what a name without a path stood for

    def found(label: str, folder: Path, path: Path) -> str:
        inside = path.relative_to(folder.parent).as_posix()
        identity = of_files.get(inside)
        if not identity:
            identity = of_files.get(path.name)
            if identity and named.setdefault(path.name, inside) != inside:
                raise UserError(
                    f"{_KEY}: {table} has {path.name}, which is {named[path.name]} and {inside}; "
                    "give their paths"
                )
        if not identity:
            raise UserError(
                f"{_KEY}: {table} says no {column} of {inside}; its column file needs every image, "
                "by its name or its path"
            )
        return identity

    return found


def divided(entries: Iterable[Entry], shares: Mapping[str, float]) -> dict[str, list[Entry]]:
    """Divide images into sets, so that no identity is in two of them.

    Identities take their turns class by class, in an order that their names give by a hash; each
    goes to the set that lacks most of its share of the images so far.

    Args:
        entries: the images.
        shares: of each set, above 0, of any sum.

    Returns:
        For each set its images in their order.
    """
    of_identity: dict[str, list[Entry]] = {}
    for entry in entries:
        of_identity.setdefault(entry.identity, []).append(entry)

    def turn(images: Sequence[Entry]) -> tuple[str, str]:
        first = images[0]
        return first.label, hashlib.sha256(first.identity.encode()).hexdigest()

    whole, done = sum(shares.values()), 0
    sets: dict[str, list[Entry]] = {role: [] for role in shares}
    for images in sorted(of_identity.values(), key=turn):
        done += len(images)
        lacks = {role: share / whole * done - len(sets[role]) for role, share in shares.items()}
        sets[max(lacks, key=lambda role: lacks[role])] += images
    return {
        role: sorted(images, key=lambda one: (one.label, one.path)) for role, images in sets.items()
    }
