"""How far two attacks differ, when both were made on the same images with the same seeds.

What makes one alphabet, character or image easier than another makes it so for both attacks, and
most of it falls out of their difference. What stays is how differently the two trainings of a seed
turn out, and how far other images would move the difference. With d_s the difference in seed s of
S, and s² the variance of these,

    se² = s² / S + v,

where v is the variance of the mean difference over resamples of the images, by alphabet and then
by character (`intercept.metrics.intervals.character_counts`). The 95% interval is the mean ± se
times the quantile of Student's t with S − 1 degrees of freedom.

It assumes that the seeds are independent trainings whose differences are about normally
distributed, and that alphabets are a sample of those that matter. Simulated with three alphabets
it holds in 95 to 98% of cases with three seeds. Where alphabets differ as much as seeds do it
holds in 94% with five and 89% with ten, and where they differ three times as much in 88 and 83%:
three alphabets are few. It takes one difference at a time: of many whose true value is zero, about
one in twenty lies beyond its interval. With one seed there is no interval.
"""

import numpy as np
from scipy.stats import t as student

from intercept.metrics.intervals import (
    CONFIDENCE,
    RESAMPLES,
    Estimate,
    numbered_from_0,
    over_resamples,
)


def paired_differences(
    differences: np.ndarray,
    denominator: np.ndarray,
    labels: np.ndarray,
    seed: int,
    resamples: int = RESAMPLES,
) -> list[Estimate]:
    """The mean difference over the seeds of each of several pairs of attacks.

    Args:
        differences: float64 [pairs, seeds, characters], at least one character: the score of one
            attack less that of the other, summed over the images of each character.
        denominator: float64 [characters], above 0: what the sum over characters is divided by,
            such as how many images each has. The same for all, since the images are.
        labels: int64 [characters], the alphabet of each, in ascending order.
        seed: of the resampling; the same one gives the same interval.
        resamples: how many.

    Returns:
        One for each pair. It has no interval with one seed, nor with a single character.
    """
    of_seeds = differences.sum(axis=2) / denominator.sum()
    values = of_seeds.mean(axis=1)
    seeds = differences.shape[1]
    if seeds == 1 or len(denominator) == 1:
        return [Estimate(float(value), None, None) for value in values]
    sums = np.vstack([differences.mean(axis=1), denominator])
    *above, below = over_resamples(sums, numbered_from_0(labels), seed, resamples)
    error = np.sqrt(of_seeds.var(axis=1, ddof=1) / seeds + (above / below).var(axis=1))
    half = student.ppf((1 + CONFIDENCE) / 2, seeds - 1) * error
    return [
        Estimate(float(value), float(value - one), float(value + one))
        for value, one in zip(values, half, strict=True)
    ]
