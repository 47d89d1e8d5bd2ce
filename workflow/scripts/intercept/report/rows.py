"""The tables that figures and the page are made from."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from intercept.report.formatting import listed
from intercept.report.summary import GROUPS, NOT_RUN

FLOOR = "mean_image"
"""The baseline that takes no wire."""

CEILINGS = ("autoencoder", "principal_components")
"""The baselines of what as many numbers as the wire's can hold."""

# What names columns hold: "0.70" is no number, and "NA" not missing
_NAMED = ("study", "dataset", "target", "training", "wire", "cut_layer", "defence", "attacker")
_NAMES = dict.fromkeys(_NAMED, str)
_NAMES |= {f"{name}_{side}": str for name in _NAMES for side in "ab"}


def read_rows(path: str | Path) -> pd.DataFrame:
    """Read summary.csv, baselines.csv, differences.csv or audits.csv; of the first what was run."""
    rows = _read(path)
    return rows[rows[NOT_RUN].isna()] if NOT_RUN in rows else rows


def read_not_run(path: str | Path) -> pd.DataFrame:
    """Read the rows of summary.csv of attacks that could not be run; ``not_run`` says why."""
    rows = _read(path)
    return rows[rows[NOT_RUN].notna()]


def reasons_not_run(not_run: pd.DataFrame) -> dict[str, list[str]]:
    """By target, which attackers could not go at it and why, such as ``refine: no gradients``."""
    return {
        str(target): [
            f"{attacker}: {why}"
            for attacker, why in dict(zip(rows["attacker"], rows[NOT_RUN], strict=True)).items()
        ]
        for target, rows in not_run.groupby("target", sort=False)
    }


def not_run_in_words(not_run: pd.DataFrame) -> list[str]:
    """Which attackers could not go at which targets, one of each reason and set of targets.

    Such as ``refine was not run on phone and program: no gradients``.
    """
    of_attacks: dict[tuple[str, str], list[str]] = {}
    for target, attacker, why in zip(
        not_run["target"], not_run["attacker"], not_run[NOT_RUN], strict=True
    ):
        of_attacks.setdefault((attacker, why), []).append(target)
    attackers: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for (attacker, why), targets in of_attacks.items():
        attackers.setdefault((why, tuple(dict.fromkeys(targets))), []).append(attacker)
    return [
        f"{listed(names)} {'was' if len(names) == 1 else 'were'} not run on {listed(on)}: {why}"
        for (why, on), names in attackers.items()
    ]


def _read(path: str | Path) -> pd.DataFrame:
    return pd.read_csv(path, dtype=_NAMES, keep_default_na=False, na_values=[""])


def judged_groups(summary: pd.DataFrame) -> list[str]:
    """Those of "unseen" and "seen" that have images, in this order."""
    return [group for group in GROUPS if summary[f"{group}_images"].max() > 0]


def searching_attackers(summary: pd.DataFrame) -> list[str]:
    """The attackers that search among candidates by one reading at a time, in their order."""
    searching = ~summary["rebuilds"] & ~summary["links"]
    return list(summary.loc[searching, "attacker"].unique())


def join_rows(
    paths: Iterable[str | Path],
    places: Iterable[Mapping[str, Any]],
    columns: Iterable[str] | None = None,
) -> pd.DataFrame:
    """Put tables under one another.

    Args:
        paths: CSV files.
        places: for each what it is of, such as its target and seed; columns of the result.
        columns: what is read of each, where it is there; None for all.

    Returns:
        All their rows, with NaN where a table has not the column of another.
    """
    chosen = None if columns is None else set(columns).__contains__
    tables = [
        pd.read_csv(path, usecols=chosen).assign(**place)
        for path, place in zip(paths, places, strict=True)
    ]
    # An empty table knows no types, which it would force on the others.
    return pd.concat([table for table in tables if len(table)] or tables, ignore_index=True)
