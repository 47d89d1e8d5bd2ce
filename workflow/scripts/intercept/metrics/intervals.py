"""How far a measure may be off for want of characters: intervals by the bootstrap.

Drawings of one character are alike and so are their scores: images are no independent sample,
characters are. So whole characters are drawn with replacement, each with all its images (the
cluster bootstrap; Field and Welsh 2007, "Bootstrapping clustered data", Journal of the Royal
Statistical Society B 69). What an interval leaves out: other trainings of the target or of the
attacker, and other candidates than those that an image was searched among.
"""

import warnings
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from scipy.stats import DegenerateDataWarning, bootstrap

CONFIDENCE = 0.95
RESAMPLES = 2000

_BATCH = 200  # resamples at a time: 25 MB for 15,000 characters


@dataclass(frozen=True)
class Estimate:
    """A measure with its 95% interval.

    Attributes:
        value: None where the measure is undefined, as a ratio to zero is.
        low: the lower end, at most `value`; None where no interval can be had.
        high: the upper end, at least `value`; None where `low` is.
    """

    value: float | None
    low: float | None
    high: float | None

    def as_record(self) -> dict[str, Any]:
        """The fields as plain values."""
        return asdict(self)


def ratio_of_sums(
    numerator: np.ndarray,
    denominator: np.ndarray,
    characters: np.ndarray,
    seed: int,
    resamples: int = RESAMPLES,
) -> Estimate:
    """The sum of one score over images by the sum of another.

    The interval lies between percentiles of the bootstrap distribution. On simulated scores of 25
    to 150 characters BCa intervals held the truth about as often (within 3 in 100), but have no
    value where few characters have all the hits; percentiles always do. Both are too narrow for
    few characters and rare hits, and of no width where no character has a hit.

    Args:
        numerator: float64 [n], of each image.
        denominator: float64 [n], at least 0.
        characters: int64 [n], of each image.
        seed: of the resampling; the same one gives the same interval.
        resamples: how many.

    Returns:
        The ratio. All of it is None if the denominators are all 0. The interval is None if there
        is a single character, or if some resample has only denominators of 0.
    """
    _, index = np.unique(characters, return_inverse=True)
    sums = [np.bincount(index, weights=scores) for scores in (numerator, denominator)]
    total = sums[1].sum()
    if total == 0:
        return Estimate(None, None, None)
    value = float(sums[0].sum() / total)
    if len(sums[0]) == 1:
        return Estimate(value, None, None)
    with (
        np.errstate(divide="ignore", invalid="ignore"),
        warnings.catch_warnings(action="ignore", category=DegenerateDataWarning),
    ):
        interval = bootstrap(
            sums,
            lambda above, below, axis: above.sum(axis) / below.sum(axis),
            paired=True,
            vectorized=True,
            n_resamples=resamples,
            batch=_BATCH,
            confidence_level=CONFIDENCE,
            method="percentile",
            rng=np.random.default_rng(seed),
        ).confidence_interval
    if not np.isfinite(interval).all():
        return Estimate(value, None, None)
    # Where all characters score alike, rounding could put the value outside.
    return Estimate(value, min(float(interval.low), value), max(float(interval.high), value))


def mean(
    scores: np.ndarray, characters: np.ndarray, seed: int, resamples: int = RESAMPLES
) -> Estimate:
    """The mean of a score over images; those without one (NaN) do not count.

    Args:
        scores: float64 [n], of each image.
        characters: int64 [n], of each image.
        seed: as for `ratio_of_sums`.
        resamples: how many.

    Returns:
        As `ratio_of_sums`; all of it is None if no image has a score.
    """
    scored = ~np.isnan(scores)
    scores, characters = scores[scored], characters[scored]
    return ratio_of_sums(scores, np.ones(len(scores)), characters, seed, resamples)
