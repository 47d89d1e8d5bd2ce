"""Linking many readings to many candidates, against known answers."""

import itertools

import numpy as np

from intercept.metrics import linkage
from intercept.metrics.linkage import linkage_scores


def test_what_is_read_as_it_was_sent_is_linked_whatever_the_order():
    signals = np.random.default_rng(1).normal(size=(60, 4)).astype(np.float32)
    found = linkage_scores(signals, signals, np.arange(60) // 6, seed=1)
    assert found["top1"].min() == found["within_character"].min() == 1


def test_the_assignment_is_the_likeliest_of_all():
    random = np.random.default_rng(2)
    for seed in range(20):
        signals = random.normal(size=(6, 2))
        readings = signals + random.normal(0, 0.8, signals.shape)
        distance = np.square(readings[:, np.newaxis] - signals).sum(axis=2)
        best = min(
            itertools.permutations(range(6)), key=lambda order: distance[range(6), order].sum()
        )
        found = linkage_scores(readings, signals, np.zeros(6, np.int64), seed)
        np.testing.assert_array_equal(found["top1"], np.array(best) == np.arange(6))
        np.testing.assert_array_equal(found["within_character"], found["top1"])


def test_equal_signals_are_linked_by_chance():
    # Rounding alone must not tell them apart, nor the order in which they are given.
    random = np.random.default_rng(3)
    signals = 1 + 1e-7 * random.normal(size=(2000, 8)).astype(np.float32)
    found = linkage_scores(signals, signals, np.arange(2000) // 20, seed=4)
    assert found["top1"].mean() < 0.01
    assert 0.03 < found["within_character"].mean() < 0.07


def test_linking_gets_more_than_one_reading_at_a_time():
    random = np.random.default_rng(5)
    signals = random.normal(size=(400, 6))
    readings = signals + random.normal(0, 0.6, signals.shape)
    apart = np.square(readings[:, np.newaxis] - signals).sum(axis=2)
    alone = np.mean(apart.argmin(axis=1) == np.arange(400))
    assert linkage_scores(readings, signals, np.arange(400) // 20, 1)["top1"].mean() > alone + 0.05


def test_too_many_candidates_are_linked_within_characters_alone(monkeypatch):
    monkeypatch.setattr(linkage, "MOST_CANDIDATES", 10)
    signals = np.arange(24.0)[:, np.newaxis]
    found = linkage_scores(signals, signals, np.arange(24) // 6, seed=1)
    assert np.isnan(found["top1"]).all()
    assert found["within_character"].min() == 1
