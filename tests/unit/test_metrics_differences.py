"""Paired differences: by hand, and how often their intervals hold the truth."""

import numpy as np
import pytest
from scipy.stats import t as student

from intercept.metrics.differences import paired_differences
from intercept.metrics.intervals import Estimate
from intercept.metrics.over_seeds import mean_over_seeds

SIZES = (20, 15, 20)
LABELS = np.repeat(np.arange(3), SIZES)
ONES = np.ones(len(LABELS))


def two_attacks(random, seeds, truth, of_seed=0.1, of_character=1.0):
    """Scores of the same characters in two attacks, [seeds, characters] each."""
    shared = random.normal(0, 0.5, 3)[LABELS] + random.normal(0, of_character, len(LABELS))
    apart = random.normal(0, 0.02, 3)[LABELS] + random.normal(0, 0.15, len(LABELS))

    def trained():
        return random.normal(0, of_seed, (seeds, 1)) + random.normal(0, 0.2, (seeds, len(LABELS)))

    return shared + truth + apart + trained(), shared + trained()


def test_the_value_is_the_mean_over_the_seeds_of_the_difference_of_ratios():
    gaps = np.array([[[1.0, 2, 3], [2, 2, 2]], [[0.0, 0, 0], [-3, 0, 3]]])
    found = paired_differences(gaps, np.array([1.0, 2, 3]), np.zeros(3, int), 0)
    assert [one.value for one in found] == pytest.approx([1, 0])


def test_the_standard_error_has_what_seeds_and_what_images_vary():
    """Student's t; one alphabet, so that the variance over images is known."""
    random = np.random.default_rng(0)
    gaps = random.normal(0.3, 1, (1, 4, 50)) + random.normal(0, 0.2, (1, 4, 1))
    (found,) = paired_differences(gaps, np.ones(50), np.zeros(50, int), 0, resamples=20_000)
    of_seeds = gaps[0].mean(axis=1).var(ddof=1) / 4
    of_images = gaps[0].mean(axis=0).var() / 50
    half = student.ppf(0.975, 3) * np.sqrt(of_seeds + of_images)
    assert found.high - found.value == pytest.approx(half, rel=0.02)
    assert found.value - found.low == pytest.approx(half, rel=0.02)


def test_one_seed_or_one_character_has_no_interval():
    gaps = np.array([[[1.0, 2, 3]]])
    assert paired_differences(gaps, np.ones(3), np.zeros(3, int), 0) == [Estimate(2.0, None, None)]
    alone = paired_differences(np.array([[[1.0], [2]]]), np.ones(1), np.zeros(1, int), 0)
    assert alone == [Estimate(1.5, None, None)]


@pytest.mark.parametrize(("seeds", "of_seed"), [(3, 0.1), (5, 0.1), (4, 0.0), (4, 1.0)])
def test_the_interval_holds_a_true_difference_at_least_as_often_as_it_says(seeds, of_seed):
    random = np.random.default_rng(0)
    studies = [two_attacks(random, seeds, 0.2, of_seed) for _ in range(2000)]
    gaps = np.stack([one - other for one, other in studies])
    found = paired_differences(gaps, ONES, LABELS, 0, resamples=400)
    held = np.mean([one.low <= 0.2 <= one.high for one in found])
    assert held >= 0.94  # 0.95 less two standard errors of 2,000 studies


def test_two_rows_apart_say_far_less_than_their_paired_difference():
    """Characters that are hard for both attacks are in both rows' intervals, and not in it."""
    one, other = two_attacks(np.random.default_rng(0), 4, 0.5)
    (paired,) = paired_differences((one - other)[np.newaxis], ONES, LABELS, 0)
    rows = [mean_over_seeds(scores, ONES, LABELS, 0) for scores in (one, other)]
    apart = np.hypot(*(row.high - row.low for row in rows))
    assert apart > 2 * (paired.high - paired.low)
    assert paired.low > 0
    assert rows[0].low < rows[1].high  # apart, their intervals meet


def test_pairs_are_judged_each_by_itself():
    random = np.random.default_rng(0)
    gaps = np.stack([one - other for one, other in [two_attacks(random, 3, 0)] * 2])
    gaps[1] *= 2
    first, second = paired_differences(gaps, ONES, LABELS, 0)
    ends = [second.value, second.low, second.high]
    assert ends == pytest.approx([2 * first.value, 2 * first.low, 2 * first.high])
    alone = paired_differences(gaps[1:], ONES, LABELS, 0)
    assert ends == pytest.approx([alone[0].value, alone[0].low, alone[0].high])
