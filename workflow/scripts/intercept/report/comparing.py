"""Measures over seeds, and rows beside each other: which is lower, higher, or not told apart.

Two rows are only ever compared by their paired difference over seeds. With one seed they are not.
"""

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import ndtri

from intercept.metrics.intervals import CONFIDENCE
from intercept.metrics.over_seeds import half_width
from intercept.report.formatting import Form, interval
from intercept.report.scores import SHARES

DEVIATIONS = float(ndtri((1 + CONFIDENCE) / 2))
"""Half the width of a normal 95% interval, in standard deviations."""


@dataclass(frozen=True)
class Measured:
    """A measure of one attack, or of its repetitions over seeds.

    Attributes:
        value: the mean over the seeds; NaN where there is none.
        low: the lower end of its 95% interval; NaN where there is none.
        high: the upper end; NaN where `low` is.
        attackers: by whom, each once.
    """

    value: float
    low: float
    high: float
    attackers: tuple[str, ...] = ()

    @property
    def known(self) -> bool:
        """Whether there is a value."""
        return not math.isnan(self.value)

    @property
    def bounded(self) -> bool:
        """Whether it has an interval."""
        return not math.isnan(self.low)

    def text(self, form: Form, of: str = "") -> str:
        """The value, `of` what, and in brackets its interval, if it has a width."""
        ends = interval(self.low, self.high, form) if self.low < self.high else ""
        return form(self.value) + of + (f" ({ends})" if ends else "")


def measured(rows: pd.DataFrame, group: str, measure: str) -> Measured:
    """A measure over rows that differ in their seed alone.

    Args:
        rows: of summary.csv or baselines.csv, one for each seed; may be none.
        group: "unseen" or "seen".
        measure: one of `intercept.report.summary.MEASURES`.

    Returns:
        The mean. Its interval is that of `intercept.report.over_seeds` where the rows have one,
        else that of `over_seeds`.
    """
    attackers = tuple(rows["attacker"].unique()) if "attacker" in rows else ()
    column = f"{group}_{measure}"
    ends = [f"{column}_over_seeds_{end}" for end in ("low", "high")]
    if len(rows) and set(ends) <= set(rows):
        low, high = rows[ends].iloc[0]
        return Measured(rows[column].mean(), low, high, attackers)
    return over_seeds(rows, column, attackers, shares=measure in SHARES)


def over_seeds(
    rows: pd.DataFrame, column: str, attackers: tuple[str, ...] = (), shares: bool = True
) -> Measured:
    """The mean of a column with an interval from the seeds' own intervals.

    As by `intercept.metrics.over_seeds`, with the mean variance that the seeds' own intervals stand
    for as that of other images: by their longer side, so that a skewed one counts as no narrower
    than it is. The seeds have the same images, so that more seeds do not make up for few.

    Args:
        rows: that differ in their seed alone, with ``<column>``, ``…_low`` and ``…_high``.
        column: its name.
        attackers: by whom.
        shares: whether values lie in [0, 1], and so does the interval.

    Returns:
        The mean and its interval; the row's own where there is but one.
    """
    value = rows[column].mean()
    lows, highs = rows[f"{column}_low"].to_numpy(float), rows[f"{column}_high"].to_numpy(float)
    if len(rows) == 1:
        return Measured(value, lows[0], highs[0], attackers)
    if not len(rows):
        return Measured(value, math.nan, math.nan, attackers)
    values = rows[column].to_numpy(float)
    longer = np.maximum(highs - values, values - lows)  # at 0 and 1 the other has no length
    half = half_width(values, float(np.mean(np.square(longer / DEVIATIONS))))
    low, high = value - half, value + half
    if shares:
        low, high = max(low, 0.0), min(high, 1.0)
    return Measured(value, low, high, attackers)


def difference(
    differences: pd.DataFrame,
    group: str,
    measure: str,
    one: tuple[str, str],
    other: tuple[str, str],
) -> Measured:
    """What is got on one wire less what is got on another.

    Args:
        differences: the rows of differences.csv.
        group: "unseen" or "seen".
        measure: one of `intercept.report.differences.COMPARED`.
        one: target and name of the wire.
        other: the same of the other wire.

    Returns:
        The mean over the seeds with its 95% interval; NaN where the two have no row, or one seed.
    """
    rows = differences[differences["group"].eq(group) & differences["measure"].eq(measure)]
    rows = rows[rows["kind"].ne("attackers")]
    sides = ["target_a", "wire_a", "target_b", "wire_b"]
    for sign, pair in ((1, (*one, *other)), (-1, (*other, *one))):
        found = rows[(rows[sides] == list(pair)).all(axis=1)]
        if len(found):
            value, *ends = (sign * found[["value", "low", "high"]].iloc[0]).to_numpy(float)
            return Measured(value, min(ends), max(ends))
    return Measured(math.nan, math.nan, math.nan)


def relation(found: Measured) -> str:
    """What a difference says: "lower", "higher", or "not told apart" where 0 is in its interval.

    Without an interval it is "not compared".
    """
    if not found.bounded:
        return "not compared"
    if found.high < 0:
        return "lower"
    return "higher" if found.low > 0 else "not told apart"
