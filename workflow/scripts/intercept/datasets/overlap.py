"""Images that occur in more than one set."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from intercept.datasets.cache import ImageSet, image_hashes
from intercept.runtime.errors import UserError

log = logging.getLogger("intercept")

_OF_EACH = ["set", "index", "name"]


def find_overlaps(sets: Mapping[str, ImageSet], names: Mapping[str, Sequence[str]]) -> pd.DataFrame:
    """Every pair of pixel-identical images that lie in two different sets.

    Args:
        sets: two or more, by name.
        names: for each set, where each image is from.

    Returns:
        Columns ``sha256``, ``set`` (the one that comes first in `sets`), ``index``, ``name``,
        ``other_set``, ``other_index``, ``other_name``; the indices count from 0 in the order of the
        images. Empty where no image is shared.
    """
    frames = [
        pd.DataFrame(
            {"sha256": image_hashes(images.images), "set": name, "name": names[name]}
        ).rename_axis("index")
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
    shared = shared.rename(columns={f"{one}_of_other": f"other_{one}" for one in _OF_EACH})
    return shared[["sha256", *_OF_EACH, *(f"other_{one}" for one in _OF_EACH)]]


def refuse_overlaps(overlaps: pd.DataFrame, allowed: bool, in_folders: bool) -> None:
    """Stop a study whose sets share images without saying so.

    The target's images may never be shared, allowed or not: an attacker who holds them would
    not be one who lacks the data.

    Args:
        overlaps: what `find_overlaps` returns of the sets ``target``, ``attacker`` and
            ``evaluation``, in this order.
        allowed: whether the last two may share images.
        in_folders: whether the images come from folders, which their user can change, or from
            splits of a data set, which can be chosen.

    Raises:
        UserError: images are shared that may not be; every pair is in the log.
    """
    if overlaps.empty:
        return
    listed = ", ".join(
        f"{len(rows)} of {one} and {other}, such as {rows['name'].iloc[0]} and "
        f"{rows['other_name'].iloc[0]}"
        for (one, other), rows in overlaps.groupby(["set", "other_set"])
    )
    of_target = "target" in set(overlaps["set"])
    if not of_target and allowed:
        return
    for pair in overlaps.itertuples():
        log.debug(
            "pixel-identical: %s (%s), %s (%s)",
            pair.name,
            pair.set,
            pair.other_name,
            pair.other_set,
        )
    mend = (
        "remove them from one of the folders (the log has every pair)"
        if in_folders
        else "choose splits that share none"
    )
    if of_target:
        raise UserError(
            "dataset: pixel-identical images in sets of which the target's may share none with the "
            f"others ({listed}); {mend}"
        )
    raise UserError(
        f"dataset.allow_overlap is false, but sets share pixel-identical images ({listed}); "
        f"{mend}, or set it to true to have seen and unseen images apart"
    )


def mark_seen(evaluation: ImageSet, overlaps: pd.DataFrame) -> ImageSet:
    """The evaluation set with ``seen`` true where the attacker's set holds the same image."""
    shared = overlaps[(overlaps["set"] == "attacker") & (overlaps["other_set"] == "evaluation")]
    seen = np.zeros(len(evaluation), bool)
    seen[shared["other_index"].to_numpy(int)] = True
    return replace(evaluation, seen=seen)
