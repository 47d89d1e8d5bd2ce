"""The rows of the page's tables on what leaks, as text."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pandas as pd

from intercept.report.cells import Cell, number_cell, span_cell
from intercept.report.comparing import Measured, relation
from intercept.report.formatting import FORMS, count, interval, points
from intercept.report.rows import CEILINGS, FLOOR, searching_attackers
from intercept.report.strongest import strongest
from intercept.report.style import percent
from intercept.report.summary import MEASURES, NOT_RUN, Row
from intercept.report.targets import starred_epsilon

PLACE = ["target", "seed", "wire"]  # what was attacked

_HEADLINE = ("skill", "within_character", "top1", "ink_f1", "class_top1")

# The mean image's error is a row of the baselines, and the same for every attack.
_SHOWN = tuple(measure for measure in MEASURES if measure != "mean_image_mse")


@dataclass(frozen=True)
class Line:
    """One row of a table.

    Attributes:
        names: what the row is of, by column.
        cells: by column: a measure, for retrieval the attacker.
        instead: what stands in the place of all of these; empty where they are there.
    """

    names: Mapping[str, str]
    cells: Mapping[str, Cell]
    instead: str = ""


def headline_measures(summary: pd.DataFrame) -> list[str]:
    """Measures of the headline, each with an attacker of its own, chosen by it on held-out images.

    Images in colour have no ink: structural similarity stands in its place.

    Args:
        summary: the rows of summary.csv.
    """
    known = summary[["held_out_ssim", "held_out_ink_f1"]].notna().any()
    inkless = known["held_out_ssim"] and not known["held_out_ink_f1"]
    return ["ssim" if measure == "ink_f1" and inkless else measure for measure in _HEADLINE]


def headline_rows(summary: pd.DataFrame, group: str) -> Iterator[Line]:
    """What the strongest attackers get, a row for each target, seed and wire.

    Args:
        summary: the rows of summary.csv.
        group: of the evaluation images, "unseen" or "seen".

    Yields:
        Names by `PLACE`; cells ``validation`` and ``epsilon``, by the `headline_measures`, with
        the attacker that is strongest on its held-out images, and top-1 by the attackers that
        search among candidates.
    """
    chosen = {
        measure: strongest(summary, measure).set_index(PLACE, drop=False)
        for measure in headline_measures(summary)
    }
    searching = searching_attackers(summary)
    for _, rows in summary.groupby(PLACE, sort=False):
        first = rows.iloc[0]
        place = tuple(first[PLACE])
        cells = {
            measure: _cell(best.loc[place], group, measure, name=True)
            for measure, best in chosen.items()
            if place in best.index
        }
        for attacker in searching:
            found = rows[rows["attacker"] == attacker]
            if len(found):
                cells[attacker] = _cell(found.iloc[0], group, "top1")
        cells["validation"] = number_cell(first["validation_accuracy"], percent)
        cells["epsilon"] = starred_epsilon(first)
        yield Line({key: str(first[key]) for key in PLACE}, cells)


def headline_feet(
    summary: pd.DataFrame, baselines: pd.DataFrame, group: str
) -> Iterator[tuple[str, Line]]:
    """The floor and the ceilings under the headline, of these a row for each width of a wire.

    Args:
        summary: the rows of summary.csv.
        baselines: the rows of baselines.csv.
        group: as for `headline_rows`.

    Yields:
        The baseline's name and its row, over all seeds: names ``wire`` (of a ceiling: the cut
        layers with wires so wide) and ``numbers`` (how wide, where there are several widths), cells
        ``validation`` (of the floor: the share of the largest class) and by the
        `headline_measures`.
    """
    measures = headline_measures(summary)
    several = summary["numbers"].nunique() > 1
    for baseline in (FLOOR, *CEILINGS):
        found = baselines[baselines["baseline"] == baseline]
        for _, rows in found.groupby("numbers", sort=False, dropna=False):
            numbers = rows["numbers"].iloc[0]
            layers = summary.loc[summary["numbers"] == numbers, "cut_layer"].unique()
            names = {
                "wire": ", ".join(layers),
                "numbers": count(numbers) if several and baseline != FLOOR else "",
            }
            # Guessing is known exactly: an interval of the mean image's hits would mislead.
            one = len(rows) == 1 and baseline != FLOOR
            cells = {
                measure: _cell(rows.iloc[0], group, measure)
                if one
                else span_cell(rows[f"{group}_{measure}"], FORMS[measure])
                for measure in measures
            }
            largest = span_cell(summary["majority_share"], percent)
            cells["validation"] = largest if baseline == FLOOR else Cell("")
            yield baseline, Line(names, cells)


def measure_rows(rows: pd.DataFrame, names: list[str], group: str) -> tuple[list[str], list[Line]]:
    """Every measure of a group of images.

    Args:
        rows: of summary.csv or baselines.csv.
        names: columns that say what a row is of.
        group: "held_out", "unseen" or "seen".

    Returns:
        The measures that any row has, in their order, and a line for each row.
    """
    shown = [name for name in _SHOWN if rows[f"{group}_{name}"].notna().any()]
    lines = [
        Line(
            {name: "" if pd.isna(row[name]) else str(row[name]) for name in names},
            {measure: _cell(row, group, measure) for measure in shown},
        )
        for row in rows.to_dict("records")
    ]
    return shown, lines


def not_run_rows(rows: pd.DataFrame, names: list[str]) -> list[Line]:
    """A line for each attack that could not be run, which says why.

    Args:
        rows: of `intercept.report.rows.read_not_run`.
        names: columns that say what a row is of.
    """
    return [
        Line({name: str(row[name]) for name in names}, {}, f"not run: {row[NOT_RUN]}")
        for row in rows.to_dict("records")
    ]


def compared_rows(differences: pd.DataFrame, group: str) -> Iterator[Line]:
    """Every paired difference in identification within a character.

    Args:
        differences: the rows of differences.csv.
        group: of the evaluation images, "unseen" or "seen".

    Yields:
        Names ``one`` and ``other``, cells ``difference`` and ``stands`` (`relation`).
    """
    of_group = differences["group"].eq(group) & differences["measure"].eq("within_character")
    for row in differences[of_group].to_dict("records"):
        found = Measured(row["value"], row["low"], row["high"])
        ends = interval(found.low, found.high, points)
        names = {
            name: f"{row[f'target_{side}']}, {row[f'wire_{side}']}, {row[f'attacker_{side}']}"
            for name, side in (("one", "a"), ("other", "b"))
        }
        cells = {"difference": Cell(points(found.value), ends, number=found.value)}
        yield Line(names, cells | {"stands": Cell(relation(found))})


def _cell(row: Row, group: str, measure: str, name: bool = False) -> Cell:
    column, form = f"{group}_{measure}", FORMS[measure]
    ends = interval(row[f"{column}_low"], row[f"{column}_high"], form)
    by = str(row["attacker"]) if name else ""
    return Cell(form(row[column]), ends, by, row[column])
