"""Judging answers to the evaluation images, those seen and unseen by the attacker apart."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from intercept.datasets.cache import ImageSet
from intercept.devices.activations import varying
from intercept.metrics.embedding import Embed, class_hits
from intercept.metrics.identification import chance_within
from intercept.metrics.leakage import image_scores, rank_scores, summarise

Scores = dict[str, np.ndarray]

_DRAWN_BY = ("character", "image")


def reconstruction_scores(
    rebuilt: np.ndarray, images: ImageSet, mean_image: np.ndarray, embedding: Embed
) -> Scores:
    """All scores of reconstructions of a group of images.

    Args:
        rebuilt: float32 [n, height, width, channels] in [0, 1].
        images: the true ones, which are also the candidates of an identification.
        mean_image: float32 [height, width, channels], the mean of the attacker's own images.
        embedding: tells characters apart, for ``class_top1``; trained on none of `images`.

    Returns:
        What `image_scores` and `rank_scores` return; ``class_top1`` is float64 [n], NaN where the
        character has no other drawing.

    Raises:
        UserError: the images are too small for structural similarity.
        ValueError: there are values that are not finite.
    """
    scores = image_scores(rebuilt, images.images, mean_image)
    scores |= rank_scores(rebuilt, images.images, images.characters)
    scores["class_top1"] = class_hits(embedding, rebuilt, images.images, images.characters)
    return scores


def measure_groups(
    images: ImageSet,
    score: Callable[[np.ndarray | slice], Scores],
    seed: int,
    by_image: bool = False,
) -> tuple[dict[str, Any], pd.DataFrame]:
    """Score the unseen and the seen images, each group by itself.

    Args:
        images: the evaluation images, at least one.
        score: from an index array, or a slice, to the scores of those images.
        seed: of the intervals.
        by_image: as for `intercept.metrics.leakage.summarise`.

    Returns:
        A summary for each group (None for one without images) and a table with a row an image,
        in the order of `images`: ``image`` (its index), ``label`` (its alphabet), ``character``,
        ``group``, ``drawn_by`` ("image" or "character", for intervals) and the scores; of seen
        images ``class_top1`` is missing.
    """
    records: dict[str, Any] = {"unseen": None, "seen": None}
    tables = []
    for group, index in images.groups():
        # A slice copies nothing, and these may be gigabytes.
        scores = score(slice(None) if len(index) == len(images) else index)
        if group == "seen":  # whose characters the embedding was trained on
            scores.pop("class_top1", None)
        labels, characters = images.labels[index], images.characters[index]
        records[group] = summarise(scores, labels, characters, seed, by_image)
        place = {"image": index, "label": labels, "character": characters, "group": group}
        place["drawn_by"] = _DRAWN_BY[by_image]
        tables.append(pd.DataFrame({**place, **scores}))
    return records, pd.concat(tables).sort_values("image", ignore_index=True)


def measure_folds(
    own: ImageSet,
    folds: np.ndarray,
    score: Callable[[np.ndarray, int], Scores],
    seed: int,
    by_image: bool = False,
) -> dict[str, Any]:
    """Score the attacker's own images, each among those that were held out with it.

    Args:
        own: of the attacker's images those that it answered, at least one.
        folds: int64 [n], in which fold each was held out, from 0 without gaps.
        score: from an index array and its fold to the scores of those images, ``drawings`` (how
            many of the same character there are in the fold) among them.
        seed: as for `measure_groups`.
        by_image: as for `measure_groups`.

    Returns:
        A summary of all folds together; its ``chance`` is what guessing among the candidates of
        each fold comes to, the mean over all images.
    """
    rows = [np.flatnonzero(folds == fold) for fold in range(folds.max() + 1)]
    by_fold = [score(index, fold) for fold, index in enumerate(rows)]
    order = np.concatenate(rows)
    scores = {name: np.concatenate([one[name] for one in by_fold]) for name in by_fold[0]}
    sizes = np.array([len(index) for index in rows])
    chance = {
        "top1": float(len(sizes) / sizes.sum()),
        "top5": float(np.minimum(sizes, 5).sum() / sizes.sum()),
        "within_character": chance_within(scores["drawings"]),
    }
    summary = summarise(scores, own.labels[order], own.characters[order], seed, by_image)
    return {**summary, "chance": chance}


def activation_error(seen: np.ndarray, given: np.ndarray, deviation: np.ndarray) -> np.ndarray:
    """How far apart what a reconstruction would send and what was sent are.

    Args:
        seen: float32 [n, ...], the activations on the wire.
        given: float32 [n, ...], those that the device part gives for the reconstructions.
        deviation: float32 [...], standard deviations over the attacker's own images; what never
            varies counts nothing.

    Returns:
        float64 [n]: the mean squared difference in units of the variance; 0 if they agree, about
        1 for the mean activation, 2 for that of another image. If nothing varies, 0.
    """
    varies = varying(deviation)
    if not varies.any():
        return np.zeros(len(seen))
    difference = (given - seen)[:, varies] / deviation[varies]
    return np.mean(np.square(difference, dtype=np.float64), axis=1)
