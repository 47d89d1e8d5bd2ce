"""The scores of every image, summed over the images of each character: what intervals are made of.

A measure is the sum of one score over images by the sum of another.
"""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import pandas as pd

NUMERATORS: Mapping[str, str] = MappingProxyType(
    {
        "within_character": "within_character",
        "top1": "top1",
        "top5": "top5",
        "class_top1": "class_top1",
        "skill": "gain",
    }
)
"""Measures that have intervals over seeds, and the score that each is the sum of."""

SHARES = frozenset(NUMERATORS) - {"skill"}
"""Those that lie in [0, 1]."""

_IMAGES, _BASELINE = "images", "mean_image_squared_error"
_WITH_OTHERS = "images_with_others"  # of whose character there are other drawings
_DRAWN_BY = "drawn_by"
_DENOMINATORS = {"skill": _BASELINE, "class_top1": _WITH_OTHERS}


def denominator(measure: str) -> str:
    """The score by whose sum a measure of `NUMERATORS` is divided."""
    return _DENOMINATORS.get(measure, _IMAGES)


def character_sums(path: str | Path) -> pd.DataFrame:
    """Read the scores of one attack.

    Args:
        path: its scores.csv.

    Returns:
        A row for each character, by ``group``, ``label`` and ``character`` in ascending order; or
        where images are drawn by themselves, for each of these, all of one label; with
        the sums of the scores in `NUMERATORS` and of their denominators over its images. An
        attack that rebuilds no image has those of identification alone.
    """
    place, errors = ["group", "label", "character"], ["squared_error", _BASELINE]
    wanted = {*place, "image", _DRAWN_BY, *errors, *NUMERATORS.values()}
    table = pd.read_csv(path, usecols=lambda column: column in wanted)
    if table[_DRAWN_BY].eq("image").all():
        table = table.assign(label=0, character=table["image"])
    table[_IMAGES] = 1.0
    if _BASELINE in table:
        table["gain"] = table[_BASELINE] - table["squared_error"]
    if "class_top1" in table:
        table[_WITH_OTHERS] = table["class_top1"].notna().astype(float)
    spare = ["squared_error", "image", _DRAWN_BY]
    return table.drop(columns=spare, errors="ignore").groupby(place).sum()
