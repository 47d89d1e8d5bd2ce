"""What the page says of audits: the epsilon that is stated, and what was found of it."""

import math
from collections.abc import Iterator

import pandas as pd

from intercept.report.cells import Cell, number_cell
from intercept.report.formatting import Form, count, decimals, interval, three_decimals
from intercept.report.style import percent, shown_epsilon
from intercept.report.summary import Row

AUDITED = (
    "audited_any_mechanism",
    "audited_this_mechanism",
    "audited_at_most",
    "audited_outsider",
)
"""What an audit shows of an epsilon, by columns of audits.csv; NaN where none was asked for."""


def audit_rows(audits: pd.DataFrame) -> Iterator[dict[str, Cell | str]]:
    """The cells of each target and seed, by column.

    Args:
        audits: the rows of audits.csv.
    """
    for row in audits.to_dict("records"):
        yield {
            "target": row["target"],
            "seed": str(row["seed"]),
            "epsilon": number_cell(row["epsilon"], shown_epsilon),
            **{column: number_cell(row[column], _at_least) for column in AUDITED},
            "correct": _correct(row["correct"], row["guesses"], row["canaries"]),
            "mislabelled_correct": _correct(
                row["mislabelled_correct"], row["mislabelled_guesses"], row["mislabelled"]
            ),
            "membership_auc": _with_interval(row, "membership_auc", three_decimals),
            "membership_advantage": _with_interval(row, "membership_advantage", percent),
        }


def _correct(correct: float, guesses: float, canaries: float) -> Cell:
    if not guesses > 0:
        return Cell()
    made = f"{count(correct)} of {count(guesses)}"
    return Cell(made, f"about {count(canaries)}", number=correct)


def _at_least(epsilon: float) -> str:
    """A lower bound with two decimals, rounded down; "–" for NaN."""
    return decimals(epsilon if math.isnan(epsilon) else math.floor(100 * epsilon) / 100, 2)


def _with_interval(row: Row, column: str, form: Form) -> Cell:
    ends = interval(row[f"{column}_low"], row[f"{column}_high"], form)
    return Cell(form(row[column]), ends, number=row[column])
