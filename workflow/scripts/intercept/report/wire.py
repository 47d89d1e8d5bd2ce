"""What the page says of defences at the wire: what they cost, what they bound, in words."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pandas as pd

from intercept.report.cells import Cell, number_cell, span_cell
from intercept.report.comparing import Measured
from intercept.report.formatting import FORMS, count, interval, shortest, three_digits
from intercept.report.frontier import LEAKS, UNDEFENDED, Point, bounded, pareto, points
from intercept.report.style import percent

NO_BOUND = Cell("none")


@dataclass(frozen=True)
class CostLine:
    """A release in the table of what protection costs.

    Attributes:
        names: ``target``, ``cut_layer``, ``defence``.
        accuracy: of the server part as it was trained.
        fine_tuned: of the one trained further.
        leaks: by the measures of `LEAKS`.
        unbeaten: the measures in which no other release of the study is as accurate and leaks less.
    """

    names: Mapping[str, str]
    accuracy: Cell
    fine_tuned: Cell
    leaks: Mapping[str, Cell]
    unbeaten: frozenset[str]


def cost_lines(summary: pd.DataFrame, group: str) -> Iterator[CostLine]:
    """What each release costs in accuracy and gives away.

    Args:
        summary: the rows of summary.csv.
        group: of the evaluation images, "unseen" or "seen".
    """
    everything = list(points(summary, group))
    fronts = {measure: pareto(everything, measure) for measure in LEAKS}
    for point in everything:
        yield CostLine(
            {"target": point.target, "cut_layer": point.cut_layer, "defence": point.defence},
            _cell(point.accuracy, "accuracy"),
            _cell(point.fine_tuned, "accuracy"),
            {measure: _cell(found, measure) for measure, found in point.leaks.items()},
            frozenset(measure for measure, front in fronts.items() if point in front),
        )


def ledger_rows(summary: pd.DataFrame, group: str) -> Iterator[dict[str, Cell | str]]:
    """What protects an input on each wire, by column.

    Args:
        summary: the rows of summary.csv.
        group: whose bounds are shown, "unseen" or "seen".

    Yields:
        ``target``, ``cut_layer``, ``defence``, ``numbers``, ``bits``, ``ratio``; and
        ``within_character``, ``top1`` (ceilings by clip and noise), ``within_character_fano``,
        ``top1_fano`` and ``dfil``, each "none" where what is sent follows from the input.
    """
    for (target, _), rows in summary.groupby(["target", "release"], sort=False):
        first, once = rows.iloc[0], rows.drop_duplicates("seed")
        shown = {
            "within_character": f"{group}_within_character_bound",
            "top1": f"{group}_top1_bound",
            "within_character_fano": f"{group}_within_character_fano",
            "top1_fano": f"{group}_top1_fano",
        }
        noisy = pd.notna(first["clip_to_noise_ratio"])
        yield {
            "target": str(target),
            "cut_layer": first["cut_layer"],
            "defence": first["defence"],
            "numbers": number_cell(first["numbers"], count),
            "bits": number_cell(first["bits"], count),
            "ratio": number_cell(first["clip_to_noise_ratio"], shortest),
            **{
                name: span_cell(once[column], percent) if noisy else NO_BOUND
                for name, column in shown.items()
            },
            "dfil": span_cell(once["dfil"], three_digits) if noisy else NO_BOUND,
        }


def sentences(summary: pd.DataFrame, group: str) -> Iterator[tuple[str, str]]:
    """Say what the defences cost, and how the attacks stand to the bounds.

    Args:
        summary: the rows of summary.csv.
        group: of the evaluation images, "unseen" or "seen".

    Yields:
        Headings and paragraphs: for each target and cut layer behind a defence, what accuracy and
        identification within the character become; then the attack that came nearest to a bound.
    """
    everything = list(points(summary, group))
    for target, layer in dict.fromkeys((point.target, point.cut_layer) for point in everything):
        here = [one for one in everything if (one.target, one.cut_layer) == (target, layer)]
        plain = next((one for one in here if one.defence == UNDEFENDED), None)
        behind = [one for one in here if one.defence != UNDEFENDED]
        if plain and behind and plain.leaks["within_character"].known:
            yield f"Defences of {target} at {layer}", _beside(plain, behind)
    attacks = [one for one in bounded(summary) if one.group == group]
    if attacks:
        nearest = max(attacks, key=lambda one: one.value / min(one.bound, one.fano))
        crossing = sum(one.crosses for one in attacks)
        stand = (
            "None of them lies above its bound by more than its interval"
            if not crossing
            else f"{crossing} of them lie above their bounds by more than their intervals, so that "
            "either the bounds or the attacks are wrong"
        )
        where = "within its character" if nearest.measure == "within_character" else "among all"
        yield (
            "Attacks beside bounds",
            f"Wires with noise bound how often anybody can identify what was sent; "
            f"{count(len(attacks))} measures of attacks were set beside these bounds. {stand}. "
            f"Nearest came {nearest.attacker} on {nearest.target} behind {nearest.release}: "
            f"{percent(nearest.value)} identified {where}, where nobody gets more than "
            f"{percent(min(nearest.bound, nearest.fano))}.",
        )


def _beside(plain: Point, behind: list[Point]) -> str:
    leak = plain.leaks["within_character"]
    said = [
        f"behind {one.defence} {percent(one.accuracy.value)} "
        f"({percent(one.fine_tuned.value)}) and {percent(one.leaks['within_character'].value)}"
        for one in behind
        if one.leaks["within_character"].known
    ]
    return (
        f"Undefended, the server part is right in {percent(plain.accuracy.value)} of cases "
        f"({percent(plain.fine_tuned.value)} fine-tuned) and the strongest attacker identifies "
        f"{leak.text(percent)} within the character. The same {'; '.join(said)}."
    )


def _cell(found: Measured, measure: str) -> Cell:
    form = percent if measure == "accuracy" else FORMS[measure]
    if not found.known:
        return Cell()
    ends = interval(found.low, found.high, form)
    return Cell(form(found.value), ends, ", ".join(found.attackers), found.value)
