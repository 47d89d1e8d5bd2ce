"""What a figure says of itself, for the page and for the Snakefile."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from intercept.study import Study


class Entry(NamedTuple):
    """One drawing of a figure.

    Attributes:
        path: below the folder of figures, without suffix; its first part names the caption.
        title: a heading on the page, and its label in Snakemake's own report.
        alt: alternative text.
        names: what it is of, such as its seed and wire; plain values for `draw`.
        places: what it is drawn from has a file of each of these attacks or trainings.
        folded: whether the page keeps it closed, since it shows for another seed, cut layer or
            target what one before it shows.
    """

    path: str
    title: str
    alt: str
    names: Mapping[str, Any] = {}
    places: Sequence[Mapping[str, Any]] = ()
    folded: bool = False


@dataclass(frozen=True)
class Figure:
    """A figure of the report.

    Attributes:
        section: of the page, which shows it.
        order: its place among the figures of the section.
        category: in Snakemake's own report.
        reads: the kinds of files that it is drawn from, besides the manifest of the data.
        entries: the drawings that a study has of it.
    """

    section: str
    order: int
    category: str
    reads: tuple[str, ...]
    entries: Callable[[Study], Iterator[Entry]]


def rebuilding(study: Study) -> list[str]:
    """The attackers whose answers are images."""
    return [name for name, settings in study.attackers.items() if settings.rebuilds]


def attacks(
    study: Study, attackers: Collection[str], wires: Collection[str], **names: Any
) -> list[dict[str, Any]]:
    """The attacks by some attackers on some wires.

    Args:
        study: whose attacks.
        attackers: by their names.
        wires: by their names.
        **names: the ``seed`` and the ``target`` that they have, if it matters.
    """
    return [
        place
        for place in study.attacks()
        if place["attacker"] in attackers
        and place["wire"] in wires
        and all(place[key] == value for key, value in names.items())
    ]
