"""Which images of many a figure shows."""

import numpy as np


def to_judge_by(seen: np.ndarray) -> tuple[np.ndarray, str]:
    """The images that the attacker never saw, or those it has seen where there are no others.

    Args:
        seen: bool [n], of each evaluation image.

    Returns:
        Their indices, int64, and "unseen" or "seen".
    """
    if seen.all():
        return np.flatnonzero(seen), "seen"
    return np.flatnonzero(~seen), "unseen"


def first_and_drawn(
    candidates: np.ndarray, seed: int, count: int = 8
) -> tuple[np.ndarray, np.ndarray]:
    """The first images, and others at random.

    Args:
        candidates: int64 [n], indices of images.
        seed: of the draw.
        count: how many of each; fewer if there are fewer.

    Returns:
        Two arrays of indices; the second is drawn from all `candidates` without replacement, and
        sorted.
    """
    size = min(count, len(candidates))
    drawn = np.random.default_rng(seed).choice(candidates, size, replace=False)
    return candidates[:size], np.sort(drawn)


def best_median_worst(scores: np.ndarray, count: int = 4) -> np.ndarray:
    """The positions of the best, the middle and the worst scores, from the best to the worst.

    Args:
        scores: float [n], n >= 1; more is better.
        count: how many of each; with fewer scores than that, all of them thrice.

    Returns:
        int64 [3 · count] positions in `scores`; equal scores in the order of `scores`.
    """
    order = np.argsort(-scores, kind="stable")
    count = min(count, len(order))
    middle = (len(order) - count) // 2
    return np.concatenate([order[:count], order[middle : middle + count], order[-count:]])
