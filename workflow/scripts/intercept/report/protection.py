"""What stops the leak, in sentences: each defended wire with its attacks and what is promised."""

import math
from collections.abc import Sequence

import pandas as pd

from intercept.report.formatting import count, listed, power_of_two, span
from intercept.report.frontier import UNDEFENDED
from intercept.report.one_release import DEFENDED_RECIPES
from intercept.report.rows import FLOOR
from intercept.report.style import percent
from intercept.report.verdict import KINDS, Wire, promise_text, wires

_WITHIN = "within_character"
_MOST_NAMED = 3  # in a sentence; with more, the table has to do


def protection(summary: pd.DataFrame, baselines: pd.DataFrame, group: str) -> str:
    """Say what the defended wires still give away, and what is promised of them.

    No wire is set above another.

    Args:
        summary: the rows of summary.csv.
        baselines: the rows of baselines.csv, which say how many candidates a character has.
        group: of the evaluation images, "unseen" or "seen", with images.
    """
    defended = [
        wire
        for wire in wires(summary, group)
        if wire.defence != UNDEFENDED or wire.recipe in DEFENDED_RECIPES
    ]
    if not defended:
        return "No defence was tried in this study, so that it does not say."
    candidates = {
        "top1": f"{count(summary[f'{group}_images'].max())} ",
        _WITHIN: _drawings(baselines, group),
    }
    if len(defended) <= _MOST_NAMED:
        return " ".join(_one(wire, candidates) for wire in defended)
    return _many(defended, candidates[_WITHIN])


def _one(wire: Wire, candidates: dict[str, str]) -> str:
    place = f"From {wire.target} (cut at {wire.cut_layer})"
    if wire.defence != UNDEFENDED:
        place = f"Behind {wire.defence} ({wire.target} cut at {wire.cut_layer})"
    verdict = wire.verdicts[_WITHIN]
    kind, linked = verdict.strongest(), verdict.attacks["links"]
    said = [
        f"{listed(verdict.attacks[one].attackers)}, {KINDS[one]}, picks the very drawing out of "
        f"its character in {verdict.attacks[one].text(percent)}"
        for one in (kind, "links" if linked.known else None)
        if one
    ]
    attacked = "; ".join(said) if said else "no attack was made"
    possible = (
        f"{percent(verdict.optimum.value)} is possible among these candidates, one input at a time"
    )
    return f"{place}, {attacked}. There {possible}, and {_promised(wire, candidates)}."


def _promised(wire: Wire, candidates: dict[str, str]) -> str:
    """The promise with all of its conditions, within a character or, failing that, among all."""
    for measure in (_WITHIN, "top1"):
        promise = wire.verdicts[measure].promise
        if promise < 1:
            lead = "nothing is promised within a character, but " if measure == "top1" else ""
            return (
                f"{lead}nobody picks the right one out of any {candidates[measure]}equally likely "
                f"candidates in more than {promise_text(promise)} of cases, {_conditions(wire)}"
            )
    return "nothing is promised for other candidates"


def _conditions(wire: Wire) -> str:
    """What limits a reader of the wire."""
    if math.isnan(wire.ratio):
        return f"since the wire carries one of {power_of_two(wire.bits)} messages"
    readings = "one reading" if wire.readings == 1 else f"{wire.readings} readings"
    return f"with {readings} of each and noise that is fresh and secret"


def _many(defended: Sequence[Wire], drawings: str) -> str:
    verdicts = [wire.verdicts[_WITHIN] for wire in defended]
    got = [verdict.most() for verdict in verdicts]
    linked = [verdict.attacks["links"].value for verdict in verdicts]
    attackers = listed(list(dict.fromkeys(name for one in got for name in one.attackers)))
    said = f"{len(defended)} wires are defended"
    if attackers:
        said = (
            f"Behind the {len(defended)} defended wires, the strongest attack on one input at a "
            f"time ({attackers}) picks the very drawing out of its character in "
            f"{span([one.value for one in got], percent)} of cases"
        )
    if not all(map(math.isnan, linked)):
        said += f"; with the readings of all inputs linked, in {span(linked, percent)}"
    possible = span([verdict.optimum.value for verdict in verdicts], percent)
    return (
        f"{said}. One input at a time, {possible} is possible among these candidates. "
        f"{_promises([wire for wire in defended if wire.verdicts[_WITHIN].promise < 1], drawings)}"
    )


def _promises(promising: Sequence[Wire], drawings: str) -> str:
    if not promising:
        return "Within a character nothing is promised of them."
    conditions = " or ".join(dict.fromkeys(map(_conditions, promising)))
    one = len(promising) == 1
    shares = span([wire.verdicts[_WITHIN].promise for wire in promising], promise_text)
    return (
        f"{len(promising)} of them {'comes' if one else 'come'} with a promise below 100%: "
        f"{conditions}, "
        f"nobody picks the right one out of any {drawings}equally likely candidates in more than "
        f"{shares} of cases{'' if one else ', depending on the wire'}."
    )


def _drawings(baselines: pd.DataFrame, group: str) -> str:
    """How many candidates a character has, with a space; "" where no baseline says so."""
    floor = baselines.loc[baselines["baseline"] == FLOOR, f"{group}_{_WITHIN}"].mean()
    return f"{1 / floor:.0f} " if floor > 0 else ""
