"""Cells of the page's tables: what is shown, and the number that a table is sorted by."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from intercept.report.formatting import Form, span
from intercept.report.style import MISSING


@dataclass(frozen=True)
class Cell:
    """One number of a table, as text.

    Attributes:
        value: "–" where there is none.
        interval: its 95% interval; empty where there is none.
        attacker: by whom; empty where the row says it.
        number: what the text stands for, of several values their mean; NaN where there is none.
    """

    value: str = MISSING
    interval: str = ""
    attacker: str = ""
    number: float = math.nan

    @property
    def sort_value(self) -> str:
        """The number as JavaScript reads it; "" where there is none."""
        if math.isnan(self.number):
            return ""
        return "Infinity" if math.isinf(self.number) else repr(float(self.number))


def number_cell(value: float, form: Form) -> Cell:
    """A number without an interval."""
    return Cell(form(value), number=value)


def span_cell(values: Iterable[float], form: Form) -> Cell:
    """Values of several seeds, as `span` writes them."""
    known = [value for value in values if not math.isnan(value)]
    return Cell(span(known, form), number=sum(known) / len(known) if known else math.nan)
