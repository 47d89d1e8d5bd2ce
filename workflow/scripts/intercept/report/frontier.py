"""Wires without a defence, and the wires that no other leaves behind in accuracy and leakage."""

from collections.abc import Callable

import pandas as pd

from intercept.report.comparing import Measured
from intercept.report.verdict import Wire

UNDEFENDED = "none"


def undefended(summary: pd.DataFrame) -> pd.DataFrame:
    """The rows of wires without a defence; all of them if each has one."""
    rows = summary[summary["defence"] == UNDEFENDED]
    return rows if len(rows) else summary


def pareto(candidates: list[Wire], leak: Callable[[Wire], Measured]) -> list[Wire]:
    """The wires that no other beats: none is more accurate and leaks no more, or the reverse.

    By the values alone: which of two is ahead in other trainings, this does not say.

    Args:
        candidates: those to look at; what has no accuracy or no leak is left out.
        leak: what a wire gives away.

    Returns:
        Them, from the least accurate to the most.
    """
    known = [one for one in candidates if leak(one).known and one.server.known]
    ordered = sorted(known, key=lambda one: (-one.server.value, leak(one).value))
    front: list[Wire] = []
    for one in ordered:
        if not front or leak(one).value < leak(front[-1]).value:
            front.append(one)
    return front[::-1]
