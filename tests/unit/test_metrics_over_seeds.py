"""The mean over seeds: its interval is the one that is known, and holds the truth as often."""

import numpy as np
import pytest
from scipy.stats import t as student

from intercept.metrics.intervals import ratio_of_sums
from intercept.metrics.over_seeds import half_width, mean_over_seeds


def test_where_images_settle_nothing_it_is_students_interval():
    values = np.array([0.4, 0.5, 0.7, 0.6])
    half = student.ppf(0.975, 3) * values.std(ddof=1) / 2
    assert half_width(values, 0.0) == pytest.approx(half)


def test_where_seeds_agree_it_is_the_normal_interval_of_the_images():
    assert half_width(np.full(2, 0.5), 0.01**2) == pytest.approx(1.96 * 0.01, abs=1e-4)


def scored(random, seeds, of_seed, characters=200, images=5):
    """Hits of the images of each character, whose chances are other for each and each seed."""
    chances = 0.4 + 0.15 * random.normal(size=characters) + of_seed * random.normal(size=(seeds, 1))
    return random.binomial(images, chances.clip(0, 1)), np.full(characters, float(images))


@pytest.mark.parametrize("seeds", [2, 3, 5])
@pytest.mark.parametrize("of_seed", [0.0, 0.03])
def test_the_interval_holds_the_truth_about_as_often_as_it_says(seeds, of_seed):
    random, held, trials = np.random.default_rng(seeds), 0, 300
    for trial in range(trials):
        hits, images = scored(random, seeds, of_seed)
        found = mean_over_seeds(hits, images, np.zeros(200), trial, resamples=200)
        held += found.low <= 0.4 <= found.high
    assert 0.91 <= held / trials <= 0.995


def test_the_value_is_the_ratio_of_the_sums_of_all_seeds():
    hits, images = scored(np.random.default_rng(0), 3, 0.1)
    found = mean_over_seeds(hits, images, np.arange(200) // 20, 0)
    assert found.value == pytest.approx(hits.sum() / (3 * images.sum()))
    one = ratio_of_sums(hits[0], images, np.arange(200) // 20, np.arange(200), 0)
    assert one.value == pytest.approx(hits[0].sum() / images.sum())


def test_what_has_no_interval_or_no_value_says_so():
    hits, images = np.ones((2, 1)), np.ones(1)
    assert mean_over_seeds(hits, images, np.zeros(1), 0).low is None
    assert mean_over_seeds(hits, 0 * images, np.zeros(1), 0).value is None
    some = np.array([0.0, 0, 0, 1])
    assert mean_over_seeds(np.ones((2, 4)), some, np.zeros(4), 0).low is None
