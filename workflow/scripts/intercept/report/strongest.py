"""Which attacker stands for a wire: the strongest on its own images, held out in turn."""

import pandas as pd

WIRE = ["target", "wire"]

_POST = "post"  # the kind of the post's own attacker


def posts_decoder(summary: pd.DataFrame) -> str | None:
    """The name of the post's own attacker in the study, the first of its kind; None if none is.

    Args:
        summary: the rows of summary.csv.
    """
    names = summary.loc[summary["attacker_kind"] == _POST, "attacker"]
    return str(names.iloc[0]) if len(names) else None


def strongest(summary: pd.DataFrame, measure: str) -> pd.DataFrame:
    """The rows of the strongest attacker on each wire, one for each seed.

    Chosen on a sample of the attacker's images, each answered by what has not learned its label,
    never on the evaluation images, whose scores would otherwise be those of a lucky choice.
    One attacker stands for a wire over all seeds, so that what is averaged over them, and what is
    compared, is one attack.

    Args:
        summary: the rows of summary.csv.
        measure: one of which more is stronger, with a column ``held_out_<measure>``.

    Returns:
        Rows of `summary`, in its order: on each wire of each target those of the attacker
        with the greatest mean of ``held_out_<measure>`` over the seeds, among the attackers there
        that rebuild an image and judge themselves, or that rebuild one if none there judges
        itself. An attacker without that score in some seed is not chosen; a wire where none is
        left has no row.
    """
    column = f"held_out_{measure}"
    rebuilding = summary[summary["rebuilds"]]
    judged = rebuilding.groupby(WIRE)["judges_itself"].transform("any").astype(bool)
    candidates = rebuilding[rebuilding["judges_itself"] | ~judged]
    attacks = candidates.groupby([*WIRE, "attacker"], sort=False)[column]
    means = attacks.mean().where(attacks.count() == attacks.size()).dropna()
    chosen = pd.Index(means.groupby(WIRE, sort=False).idxmax())
    places = pd.MultiIndex.from_frame(candidates[[*WIRE, "attacker"]])
    return candidates[places.isin(chosen)]
