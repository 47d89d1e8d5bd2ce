"""Images that occur in more than one set."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from intercept.datasets.cache import ImageSet, image_hashes
from intercept.runtime.errors import UserError


def find_overlaps(sets: Mapping[str, ImageSet]) -> pd.DataFrame:
    """Every pair of pixel-identical images that lie in two different sets.

    Args:
        sets: two or more, by name.

    Returns:
        Columns ``sha256``, ``set`` (the one that comes first in `sets`), ``index``,
        ``other_set``, ``other_index``; the indices count from 0 in the order of the images. Empty
        where no image is shared.
    """
    frames = [
        pd.DataFrame({"sha256": image_hashes(images.images), "set": name}).rename_axis("index")
        for name, images in sets.items()
    ]
    pairs = []
    for position, first in enumerate(frames):
        for second in frames[position + 1 :]:
            pairs.append(
                first.reset_index().merge(
                    second.reset_index(), on="sha256", suffixes=("", "_of_other")
                )
            )
    shared = pd.concat(pairs, ignore_index=True)
    shared = shared.rename(columns={"set_of_other": "other_set", "index_of_other": "other_index"})
    return shared[["sha256", "set", "index", "other_set", "other_index"]]


def refuse_overlaps(overlaps: pd.DataFrame, allowed: bool) -> None:
    """Stop a study whose sets share images without saying so.

    The target's images may never be shared, allowed or not: an attacker who holds them would
    not be one who lacks the data.

    Args:
        overlaps: what `find_overlaps` returns of the sets ``target``, ``attacker`` and
            ``evaluation``, in this order.
        allowed: whether the last two may share images.

    Raises:
        UserError: images are shared that may not be.
    """
    if overlaps.empty:
        return
    listed = ", ".join(
        f"{len(rows)} of {one} and {other}"
        for (one, other), rows in overlaps.groupby(["set", "other_set"])
    )
    if "target" in set(overlaps["set"]):
        raise UserError(
            f"dataset: pixel-identical images in sets that must not share any ({listed}); "
            "choose splits of which the target's shares none with the others"
        )
    if not allowed:
        raise UserError(
            f"dataset.allow_overlap is false, but sets share pixel-identical images ({listed}); "
            "choose other splits, or set it to true to have seen and unseen images apart"
        )


def mark_seen(evaluation: ImageSet, overlaps: pd.DataFrame) -> ImageSet:
    """The evaluation set with ``seen`` true where the attacker's set holds the same image."""
    shared = overlaps[(overlaps["set"] == "attacker") & (overlaps["other_set"] == "evaluation")]
    seen = np.zeros(len(evaluation), bool)
    seen[shared["other_index"].to_numpy(int)] = True
    return replace(evaluation, seen=seen)
