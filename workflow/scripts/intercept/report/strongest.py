"""Which attacker stands for a target: the strongest on its own images, held out in turn."""

import pandas as pd


def strongest(summary: pd.DataFrame, measure: str) -> pd.DataFrame:
    """The row of the strongest attacker for each target, seed and release.

    Chosen on all images that the attacker owns, each answered by what has not learned its label,
    never on the evaluation images, whose scores would otherwise be those of a lucky choice.

    Args:
        summary: the rows of summary.csv.
        measure: one of which more is stronger, with a column ``held_out_<measure>``.

    Returns:
        Rows of `summary`, in the order of the targets: the greatest ``held_out_<measure>`` among
        the attackers of a place that rebuild an image and judge themselves, or that rebuild one
        if none there judges itself. A place where none has that score has no row.
    """
    column, place = f"held_out_{measure}", ["target", "seed", "release"]
    rebuilding = summary[summary["rebuilds"]]
    judged = rebuilding.groupby(place)["judges_itself"].transform("any").astype(bool)
    candidates = rebuilding[rebuilding["judges_itself"] | ~judged].dropna(subset=[column])
    best = candidates.groupby(place, sort=False)[column].idxmax()
    return candidates.loc[best]
