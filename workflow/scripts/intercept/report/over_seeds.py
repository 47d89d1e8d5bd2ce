"""Intervals of what an attack gets over all seeds, for the rows of summary.csv."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from intercept.metrics.intervals import Estimate
from intercept.metrics.over_seeds import mean_over_seeds
from intercept.report.scores import NUMERATORS, SHARES, denominator
from intercept.report.strongest import WIRE
from intercept.report.summary import GROUPS


def with_intervals_over_seeds(summary: pd.DataFrame, sums: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Add the interval of the mean over the seeds to every attack.

    Args:
        summary: a row for each attack, as `summary_row` makes them.
        sums: of each row what `intercept.report.scores.character_sums` returns.

    Returns:
        The table with ``<group>_<measure>_over_seeds_low`` and ``…_high`` for each group and each
        measure of `NUMERATORS`: the same in all rows that differ in their seed alone (see
        `intercept.metrics.over_seeds`), within what the measure can be. With one seed, or where
        all hits of all seeds are alike, the row's own interval.
    """
    columns = {
        f"{group}_{measure}_over_seeds_{end}": np.array(
            summary[f"{group}_{measure}_{end}"], dtype=np.float64
        )
        for group in GROUPS
        for measure in NUMERATORS
        for end in ("low", "high")
    }
    for rows in summary.groupby([*WIRE, "attacker"], sort=False).indices.values():
        if len(rows) > 1:
            seed = int(summary["seed"].iloc[rows[0]])
            for group in GROUPS:
                for measure in NUMERATORS:
                    found = _estimate([sums[row] for row in rows], group, measure, seed)
                    if found.value in (0, 1) and found.low == found.high:
                        continue
                    for end, value in (("low", found.low), ("high", found.high)):
                        columns[f"{group}_{measure}_over_seeds_{end}"][rows] = value
    return pd.concat([summary, pd.DataFrame(columns, index=summary.index)], axis=1)


def _estimate(sums: list[pd.DataFrame], group: str, measure: str, seed: int) -> Estimate:
    above, below = NUMERATORS[measure], denominator(measure)
    if above not in sums[0] or group not in sums[0].index:
        return Estimate(None, None, None)
    found = [table.loc[group] for table in sums]
    estimate = mean_over_seeds(
        np.stack([table[above] for table in found]),
        found[0][below].to_numpy(),
        found[0].index.get_level_values("label").to_numpy(),
        seed,
    )
    if estimate.low is None or estimate.high is None:
        return estimate
    least = 0.0 if measure in SHARES else -np.inf
    return Estimate(estimate.value, max(estimate.low, least), min(estimate.high, 1.0))
