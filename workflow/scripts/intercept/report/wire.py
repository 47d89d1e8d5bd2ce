"""What the page says of each wire: the verdict, what protection costs, the ledger, in words."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from intercept.report.cells import Cell, number_cell
from intercept.report.comparing import Measured
from intercept.report.formatting import count, interval, power_of_two, shortest
from intercept.report.frontier import UNDEFENDED
from intercept.report.style import percent
from intercept.report.verdict import (
    Wire,
    marked_accuracy,
    promise_text,
    same_attackers,
    wires,
)

MARKS = {"rebuilds": "rebuilds", "retrieves": "has candidates", "links": "links"}


@dataclass(frozen=True)
class WireLine:
    """A wire in one of the page's tables.

    Attributes:
        names: ``target``, ``cut_layer``, ``defence``.
        cells: by column.
        marked: whether the line cannot be set beside the others: other attackers were there.
    """

    names: Mapping[str, str]
    cells: Mapping[str, Cell]
    marked: bool = False


def verdict_lines(found: Sequence[Wire]) -> Iterator[WireLine]:
    """The verdict on each wire, by whatever attackers it met.

    Args:
        found: as from `intercept.report.verdict.wires`, of all attackers.

    Yields:
        Cells ``accuracy``, and by measure and column (such as ``top1 optimum``) ``strongest``
        with its attacker and what that does, ``optimum``, ``promise`` and ``linkage``. Marked are
        wires that met fewer attackers than there are.
    """
    everybody = {name for wire in found for name in wire.attackers}
    for wire in found:
        cells = {"accuracy": _server(wire)}
        for measure, verdict in wire.verdicts.items():
            kind = verdict.strongest()
            cells |= {
                f"{measure} strongest": _attack(verdict.most(), MARKS.get(kind or "", "")),
                f"{measure} optimum": _share(verdict.optimum),
                f"{measure} promise": _promise(verdict.promise),
                f"{measure} linkage": _share(verdict.attacks["links"]),
            }
        yield WireLine(_names(wire), cells, not everybody <= set(wire.attackers))


def cost_lines(summary: pd.DataFrame, group: str) -> Iterator[WireLine]:
    """What each wire costs in accuracy and gives away within a character, by the same attackers.

    Args:
        summary: the rows of summary.csv.
        group: of the evaluation images, "unseen" or "seen".

    Yields:
        Cells ``accuracy``, ``fine_tuned``, ``rebuilds``, ``retrieves``, ``links``, ``optimum`` and
        ``promise``. Marked are wires that did not meet these attackers; they have no attack.
    """
    for wire in wires(summary, group, same_attackers(summary)):
        verdict = wire.verdicts["within_character"]
        cells = {
            "accuracy": _share(wire.accuracy),
            "fine_tuned": _server(wire) if wire.fine_tuned.known else Cell(),
            **{kind: _attack(got) for kind, got in verdict.attacks.items()},
            "optimum": _share(verdict.optimum),
            "promise": _promise(verdict.promise),
        }
        yield WireLine(_names(wire), cells, not wire.attackers)


def ledger_lines(found: Sequence[Wire]) -> Iterator[WireLine]:
    """What limits a reader of each wire, and the attack that has as much as the limit allows.

    Args:
        found: as from `intercept.report.verdict.wires`, of all attackers.

    Yields:
        Cells ``numbers``, ``bits``, ``messages``, ``ratio``, ``readings``; and by measure and
        column ``retrieves``, ``optimum`` and ``promise``.
    """
    for wire in found:
        messages = power_of_two(wire.bits)
        cells = {
            "numbers": number_cell(wire.numbers, count),
            "bits": number_cell(wire.bits, count),
            "messages": replace(number_cell(wire.bits, count), value=messages),
            "ratio": number_cell(wire.ratio, shortest),
            "readings": number_cell(wire.readings, count),
        }
        for measure, verdict in wire.verdicts.items():
            cells |= {
                f"{measure} retrieves": _share(verdict.attacks["retrieves"]),
                f"{measure} optimum": _share(verdict.optimum),
                f"{measure} promise": _promise(verdict.promise),
            }
        yield WireLine(_names(wire), cells)


def defended_places(found: Sequence[Wire]) -> list[list[Wire]]:
    """The wires of each target and cut layer behind a defence, the undefended ones first."""
    places: dict[tuple[str, str], list[Wire]] = {}
    for wire in sorted(found, key=lambda one: one.defence != UNDEFENDED):
        places.setdefault((wire.target, wire.cut_layer), []).append(wire)
    order = dict.fromkeys((wire.target, wire.cut_layer) for wire in found)
    return [places[place] for place in order if places[place][-1].defence != UNDEFENDED]


def _names(wire: Wire) -> dict[str, str]:
    return {"target": wire.target, "cut_layer": wire.cut_layer, "defence": wire.defence}


def _share(found: Measured) -> Cell:
    if not found.known:
        return Cell()
    ends = interval(found.low, found.high, percent) if found.low < found.high else ""
    return Cell(percent(found.value), ends, number=found.value)


def _attack(found: Measured, does: str = "") -> Cell:
    by = ", ".join(found.attackers) + (f" ({does})" if does else "")
    return replace(_share(found), attacker=by)


def _promise(promise: float) -> Cell:
    return Cell() if math.isnan(promise) else Cell(promise_text(promise), number=promise)


def _server(wire: Wire) -> Cell:
    return replace(_share(wire.server), value=marked_accuracy(wire))
