"""Which attacker stands for a target: the strongest on the attacker's own held-out images."""

import pandas as pd


def strongest(summary: pd.DataFrame, measure: str) -> pd.DataFrame:
    """The row of the strongest attacker for each target, seed and release.

    Chosen on images that the attacker owns and kept out of its training, never on the evaluation
    images, whose scores would otherwise be those of a lucky choice.

    Args:
        summary: the rows of summary.csv.
        measure: one of which more is stronger, with a column ``held_out_<measure>``.

    Returns:
        Rows of `summary`, in the order of the targets: the greatest ``held_out_<measure>`` among
        the attackers that rebuild an image and judge themselves, or that rebuild one if none
        judges itself. A target where none has that score has no row.
    """
    column = f"held_out_{measure}"
    rebuilding = summary[summary["rebuilds"]]
    judging = rebuilding[rebuilding["judges_itself"]]
    candidates = (judging if len(judging) else rebuilding).dropna(subset=[column])
    best = candidates.groupby(["target", "seed", "release"], sort=False)[column].idxmax()
    return candidates.loc[best]
