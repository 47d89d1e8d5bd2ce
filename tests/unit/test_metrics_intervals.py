"""Intervals: known values, what they do at the edges, and how often they hold the truth."""

import json

import numpy as np
import pytest
from scipy.stats import binomtest

from intercept.metrics.intervals import Estimate, character_counts, mean, ratio_of_sums, share


def clustered(characters, drawings, seed, spread=1.0, noise=1.0):
    """Scores around 0 whose characters differ by `spread`, and their characters."""
    random = np.random.default_rng(seed)
    of_character = random.normal(0, spread, (characters, 1))
    scores = of_character + random.normal(0, noise, (characters, drawings))
    return scores.ravel(), np.repeat(np.arange(characters), drawings)


def test_the_value_is_the_ratio_of_the_sums():
    above, below = np.array([1.0, 2, 3, 6]), np.array([2.0, 2, 4, 8])
    assert ratio_of_sums(above, below, None, np.array([5, 5, 9, 2]), 0).value == 12 / 16


def test_the_interval_spans_all_draws_of_two_characters():
    """Drawn twice from {0, 1}: both ends come up in a quarter of the resamples each."""
    estimate = mean(np.array([0.0, 0, 1, 1]), None, np.array([4, 4, 8, 8]), 0)
    assert estimate == Estimate(0.5, 0.0, 1.0)


def test_every_character_counts_with_all_its_images():
    """Three images of one and one of the other: the resamples are 0, 3/4 and 1."""
    estimate = mean(np.array([0.0, 1, 1, 1]), None, np.array([1, 0, 0, 0]), 0)
    assert estimate == Estimate(0.75, 0.0, 1.0)


def test_it_is_the_normal_interval_where_that_is_known():
    """One image a character, many of them: the mean ± 1.96 standard errors."""
    scores, characters = clustered(400, 1, 0)
    estimate = mean(scores, None, characters, 0)
    error = 1.96 * scores.std() / 20
    assert estimate.low == pytest.approx(scores.mean() - error, abs=error / 10)
    assert estimate.high == pytest.approx(scores.mean() + error, abs=error / 10)


def test_the_numbering_and_order_of_the_characters_do_not_matter():
    scores, characters = clustered(20, 3, 0)
    order = np.random.default_rng(0).permutation(60)
    found = mean(scores[order], None, 7 + 3 * characters[order], 0)
    expected = mean(scores, None, characters, 0)
    assert list(found.as_record().values()) == pytest.approx(list(expected.as_record().values()))


def test_a_seed_repeats_itself_and_another_differs():
    scores, characters = clustered(20, 3, 0)
    first, again, other = (mean(scores, None, characters, seed) for seed in (1, 1, 2))
    assert first == again
    assert first.value == other.value and first.low != other.low


def test_the_95_percent_interval_holds_the_truth_about_as_often():
    """30 characters; a percentile interval of so few is somewhat narrow."""
    held = 0
    for seed in range(200):
        scores, characters = clustered(30, 5, seed)
        estimate = mean(scores, None, characters, seed, resamples=300)
        held += estimate.low <= 0 <= estimate.high
    assert 0.88 <= held / 200 <= 0.98


def test_images_that_are_alike_widen_the_interval():
    """Characters that explain half the variance: √(1 + 19 / 2) times that of single images."""
    scores, characters = clustered(100, 20, 0)
    by_character = mean(scores, None, characters, 0)
    by_image = mean(scores, None, np.arange(len(scores)), 0)
    wider = (by_character.high - by_character.low) / (by_image.high - by_image.low)
    assert wider == pytest.approx(np.sqrt(10.5), rel=0.2)


def test_images_that_are_not_alike_do_not():
    scores, characters = clustered(100, 20, 0, spread=0)
    by_character = mean(scores, None, characters, 0)
    by_image = mean(scores, None, np.arange(len(scores)), 0)
    wider = (by_character.high - by_character.low) / (by_image.high - by_image.low)
    assert wider == pytest.approx(1, rel=0.2)


@pytest.mark.parametrize("score", [0.0, 0.73, 0.77, 1.0])
def test_where_all_scores_are_equal_the_interval_is_the_value(score):
    """And has it inside, whatever the rounding: Matplotlib refuses error bars of −1e-16."""
    characters = np.repeat(np.arange(50), 1 + np.arange(50) % 7)
    estimate = mean(np.full(len(characters), score), None, characters, 0, resamples=100)
    assert estimate.low <= estimate.value <= estimate.high
    assert list(estimate.as_record().values()) == pytest.approx([score] * 3)


def test_a_single_character_has_a_value_and_no_interval():
    assert mean(np.array([0.0, 1]), None, np.array([3, 3]), 0) == Estimate(0.5, None, None)


def test_a_ratio_to_nothing_is_none():
    scores, characters = np.array([1.0, 2]), np.array([0, 1])
    assert ratio_of_sums(scores, np.zeros(2), None, characters, 0) == Estimate(None, None, None)


@pytest.mark.parametrize("above", [0.0, 1.0])
@pytest.mark.filterwarnings("error")
def test_where_a_resample_may_have_no_denominator_there_is_no_interval(above):
    scores, characters = np.array([above, 1.0]), np.array([0, 1])
    found = ratio_of_sums(scores, np.array([0.0, 2]), None, characters, 0)
    assert found == Estimate((above + 1) / 2, None, None)


def test_images_without_a_score_do_not_count():
    scores, characters = clustered(20, 3, 0)
    with_gaps = np.insert(scores, [4, 30, 60], np.nan)
    characters_with_gaps = np.insert(characters, [4, 30, 60], [1, 10, 99])
    assert mean(with_gaps, None, characters_with_gaps, 0) == mean(scores, None, characters, 0)
    assert mean(np.full(4, np.nan), None, np.arange(4), 0) == Estimate(None, None, None)


def test_the_record_is_plain():
    scores, characters = clustered(20, 3, 0)
    record = mean(scores, None, characters, 0).as_record()
    assert set(record) == {"value", "low", "high"}
    assert json.loads(json.dumps(record)) == record


def test_batches_cover_all_resamples(monkeypatch):
    """In batches of another size the draws are others, and the interval about the same."""
    scores, characters = clustered(50, 3, 0)
    whole = mean(scores, None, characters, 0)
    monkeypatch.setattr("intercept.metrics.intervals._AT_A_TIME", 350)
    batched = mean(scores, None, characters, 0)
    width = whole.high - whole.low
    assert batched.low == pytest.approx(whole.low, abs=width / 10)
    assert batched.high == pytest.approx(whole.high, abs=width / 10)


def nested(sizes, seed, spread=0.035, noise=0.2):
    """Scores around 0, one a character, whose alphabets differ by `spread`; and alphabets."""
    random = np.random.default_rng(seed)
    alphabets = np.repeat(np.arange(len(sizes)), sizes)
    scores = random.normal(0, spread, len(sizes))[alphabets]
    return scores + random.normal(0, noise, len(alphabets)), alphabets


def test_alphabets_are_drawn_and_then_their_characters():
    """The variance over resamples is known: between alphabets, and within them."""
    scores, alphabets = nested([6, 6, 6, 6], 0, spread=0.3)
    counts = np.concatenate(list(character_counts(alphabets, np.random.default_rng(0), 40_000)))
    assert np.array_equal(counts.sum(axis=1), np.full(40_000, 24))
    means = scores.reshape(4, 6).mean(axis=1)
    within = scores.reshape(4, 6).var(axis=1).mean()
    assert (counts @ scores / 24).var() == pytest.approx(means.var() / 4 + within / 24, rel=0.03)


def test_a_larger_alphabet_brings_as_many_characters_as_it_has():
    counts = np.concatenate(
        list(character_counts(np.array([0, 1, 1, 1]), np.random.default_rng(0), 5000))
    )
    first, of_resample = counts[:, 0], counts.sum(axis=1)
    assert {*zip(first, of_resample, strict=True)} == {(0, 6), (1, 4), (2, 2)}


def width(estimate):
    return estimate.high - estimate.low


def test_three_alphabets_that_differ_widen_the_interval_until_it_holds_the_truth():
    """By characters alone it holds the truth in some 80 of 100 cases."""
    held = {"alphabets": 0, "characters": 0}
    for seed in range(300):
        scores, alphabets = nested([40, 26, 40], seed)
        characters = np.arange(len(scores))
        for name, labels in (("alphabets", alphabets), ("characters", None)):
            found = mean(scores, labels, characters, seed, resamples=400)
            held[name] += found.low <= 0 <= found.high
    assert 0.9 <= held["alphabets"] / 300 <= 0.98
    assert held["characters"] / 300 < 0.87
    scores += np.array([0.1, 0.0, -0.1])[alphabets]
    wide, narrow = (mean(scores, labels, np.arange(len(scores)), 0) for labels in (alphabets, None))
    assert width(wide) > 1.5 * width(narrow)


def test_one_alphabet_is_its_characters():
    scores, characters = clustered(20, 3, 0)
    assert mean(scores, np.full(60, 7), characters, 0) == mean(scores, None, characters, 0)


def test_characters_may_be_numbered_anew_in_each_alphabet():
    scores, alphabets = nested([5, 5], 0, spread=1)
    apart = mean(scores, alphabets, np.arange(10), 0)
    assert mean(scores, alphabets, np.arange(10) % 5, 0) == apart
    assert width(apart) > 0


@pytest.mark.parametrize("hit", [0.0, 1.0])
@pytest.mark.parametrize(("images", "units"), [(20, 20), (20, 5)])
def test_hits_that_are_all_alike_have_clopper_and_pearsons_interval(hit, images, units):
    characters = None if units == images else np.arange(images) % units
    found = share(np.full(images, hit), None, characters, 0)
    known = binomtest(int(hit * units), units).proportion_ci()
    assert (found.value, found.low, found.high) == pytest.approx((hit, known.low, known.high))
    some = np.append(np.full(images - 1, hit), 0.5)
    assert share(some, None, None, 0) == mean(some, None, None, 0)


@pytest.mark.parametrize("classes", [2, 10])
def test_images_that_share_a_class_alone_have_the_binomial_interval(classes):
    """Drawn by classes it held the truth in 63% of cases with two that are equally hard."""
    held, widths = 0, []
    truth = np.linspace(0.7, 0.9, classes).repeat(500 // classes)
    for trial in range(200):
        scores = (np.random.default_rng(trial).random(len(truth)) < truth).astype(float)
        found = mean(scores, np.arange(len(truth)) % classes, None, trial, resamples=400)
        held += found.low <= truth.mean() <= found.high
        widths.append(width(found))
    assert 0.9 <= held / 200 <= 0.99
    assert np.mean(widths) == pytest.approx(2 * 1.96 * np.sqrt(0.8 * 0.2 / 500), rel=0.06)
