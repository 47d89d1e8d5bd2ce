"""Measures beside each other: which is lower, which higher, and which cannot be told apart."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import pandas as pd

from intercept.report.formatting import Form, interval, listed
from intercept.report.style import percent

BESIDE_PLAIN: Mapping[str, str] = MappingProxyType(
    {
        "lower": "lower",
        "higher": "higher",
        "within": "no different within their intervals",
    }
)
"""What `standing` says of targets beside the one without differential privacy."""

_NOT_COMPARABLE = "not comparable for want of an interval"


@dataclass(frozen=True)
class Measured:
    """A measure of one attack, or of its repetitions over seeds.

    Attributes:
        value: the mean over the seeds; NaN where there is none.
        low: the lowest end of the 95% intervals; NaN if a seed has no interval.
        high: the highest end; NaN where `low` is.
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

    def text(self, form: Form, by: bool = False, of: str = "") -> str:
        """The value, `of` what, and in brackets its interval and, with `by`, the attackers."""
        ends = interval(self.low, self.high, form)
        inside = "; ".join(filter(None, [ends, listed(self.attackers) if by else ""]))
        return form(self.value) + of + (f" ({inside})" if inside else "")


def measured(rows: pd.DataFrame, group: str, measure: str) -> Measured:
    """A measure over rows that differ in their seed alone.

    Args:
        rows: of summary.csv or baselines.csv; may be none.
        group: "unseen" or "seen".
        measure: one of `intercept.report.summary.MEASURES`.
    """
    attackers = tuple(rows["attacker"].unique()) if "attacker" in rows else ()
    return over_seeds(rows, f"{group}_{measure}", attackers)


def over_seeds(rows: pd.DataFrame, column: str, attackers: tuple[str, ...] = ()) -> Measured:
    """The mean of a column with an interval around all of its intervals.

    Args:
        rows: that differ in their seed alone, with ``<column>``, ``…_low`` and ``…_high``.
        column: its name.
        attackers: by whom.
    """
    low, high = rows[f"{column}_low"].min(skipna=False), rows[f"{column}_high"].max(skipna=False)
    return Measured(rows[column].mean(), low, high, attackers)


def enclosing(measures: list[Measured]) -> Measured:
    """An interval around all of theirs, at least one: what is below it is below each of them."""
    ends = pd.DataFrame([(one.low, one.high) for one in measures])
    return Measured(math.nan, ends[0].min(skipna=False), ends[1].max(skipna=False))


def compare(one: Measured, other: Measured) -> str | None:
    """How one measure stands to another.

    Returns:
        "lower" or "higher" where their intervals are apart, "within" where they are not; None
        where one has no interval.
    """
    if any(math.isnan(end) for end in (one.low, one.high, other.low, other.high)):
        return None
    if one.high < other.low:
        return "lower"
    return "higher" if one.low > other.high else "within"


def against(found: Measured, chance: Measured) -> str:
    """How a share stands to that of guessing, as the end of a clause; "" if chance is unknown."""
    if not chance.known:
        return ""
    shown = percent(chance.value)
    if math.isnan(found.low):
        return f", where chance is {shown}"
    if found.low > chance.value:
        return f", above chance ({shown})"
    if found.high < chance.value:
        return f", below chance ({shown})"
    return f", no different from chance ({shown}) within the interval"


def standing(relations: Mapping[str, str | None], words: Mapping[str, str]) -> str:
    """Say which targets stand how: "lower (a, b) and higher (c)".

    Args:
        relations: what `compare` returned, by target; at least one.
        words: what is said for "lower", "higher" and "within".
    """
    groups: dict[str, list[str]] = {}
    for target, relation in relations.items():
        groups.setdefault(words[relation] if relation else _NOT_COMPARABLE, []).append(target)
    if len(groups) == 1:
        (word,) = groups
        return f"{word} in each case" if len(relations) > 1 else word
    return listed([f"{word} ({', '.join(targets)})" for word, targets in groups.items()])
