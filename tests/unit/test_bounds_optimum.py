"""The best rule among these candidates, against known answers and other decoders."""

import itertools
import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import tensorflow as tf
from scipy.integrate import quad
from scipy.stats import norm

from intercept.arrays.stored_images import StoredImages
from intercept.attackers import attacker_settings, build_attacker
from intercept.bounds.optimum import best_hits, exact_hits, optimum
from intercept.bounds.record import bounds_record, optimum_table, promise
from intercept.datasets.cache import ImageSet
from intercept.defences import calibrate, defence_settings
from intercept.defences.sending import send
from intercept.metrics.leakage import rank_scores
from intercept.metrics.linkage import linkage_scores
from intercept.wire.channel import Channel


def holds(estimate, value):
    return estimate["low"] <= value <= estimate["high"]


@pytest.mark.parametrize("ratio", [0.5, 1.0, 2.0])
def test_two_signals_are_told_apart_as_often_as_a_normal_says(ratio):
    characters = np.arange(400) // 2
    signals = np.tile([[1.0, 0.0], [-1.0, 0.0]], (200, 1)).astype(np.float32)
    found = optimum(signals, characters, 1 / ratio, seed=1)["within_character"]
    assert holds(found, norm.cdf(ratio))
    assert found["high"] - found["low"] < 0.0101


def test_orthogonal_signals_are_told_apart_as_often_as_the_greatest_of_normals():
    signals, strength = np.tile(3.0 * np.eye(20, dtype=np.float32), (50, 1)), 3.0
    best, _ = quad(lambda x: norm.pdf(x - strength) * norm.cdf(x) ** 19, -10, 20)
    found = optimum(signals, np.arange(1000) // 20, 1.0, seed=1)
    assert holds(found["within_character"], best)
    # Each signal is there fifty times, and one of them is named at random.
    assert holds(found["top1"], best / 50)


def test_readings_count_as_their_root():
    signals = np.tile(2.0 * np.eye(20, dtype=np.float32), (50, 1))
    four = optimum(signals, np.arange(1000) // 20, 1 / math.sqrt(4), seed=2)["within_character"]
    best, _ = quad(lambda x: norm.pdf(x - 4.0) * norm.cdf(x) ** 19, -10, 20)
    assert holds(four, best)


def test_no_other_rule_does_better_on_average():
    """Of all maps from a few messages to candidates, tried one by one, the optimum is the best."""
    random = np.random.default_rng(3)
    signals = random.integers(0, 3, (6, 1)).astype(np.float32)
    messages, sent = np.unique(signals, return_inverse=True)
    best = max(
        np.mean([rule[message] == i for i, message in enumerate(sent)])
        for rule in itertools.product(range(6), repeat=len(messages))
    )
    found = optimum(signals, np.zeros(6, np.int64), 0.0, seed=1)["top1"]
    assert found["value"] == pytest.approx(best)


def test_without_noise_it_is_the_share_of_different_messages_exactly():
    signals = np.array([[0, 1], [0, 1], [0, 1], [1, 1], [1, 0], [1, 0]], np.float32)
    characters = np.array([0, 0, 1, 1, 2, 2])
    found = optimum(signals, characters, 0.0, seed=1)
    assert found["top1"] == {"value": 0.5, "low": 0.5, "high": 0.5}
    # Messages by character: one of two, two of two, one of two.
    assert found["within_character"]["value"] == pytest.approx(4 / 6)
    hits = exact_hits(signals, characters)
    np.testing.assert_allclose(hits["top1"], [1 / 3, 1 / 3, 1 / 3, 1, 0.5, 0.5])
    np.testing.assert_allclose(hits["within_character"], [0.5, 0.5, 1, 1, 0.5, 0.5])


def test_other_rules_get_less_of_the_same_readings():
    random = np.random.default_rng(4)
    signals = random.normal(size=(600, 8)).astype(np.float32)
    readings = signals + random.normal(0, 0.7, signals.shape)
    characters = np.arange(600) // 20
    best = best_hits(readings, signals, characters)["top1"].mean()
    for power in (1, 4):  # nearest by another norm
        apart = np.abs(readings[:, np.newaxis] - signals) ** power
        near = apart.sum(axis=2).argmin(axis=1)
        assert np.mean(near == np.arange(600)) < best


def test_retrieval_is_the_best_rule(evaluation):
    flat = evaluation.images[:].reshape(60, -1)
    defence = calibrate(defence_settings("noise", clip_to_noise_ratio=4.0), flat)
    signals = defence.transform(tf.constant(flat)).numpy()
    readings = send(defence, flat, np.random.default_rng(1))
    table = optimum_table(defence.channel(12), readings, signals, evaluation)
    retrieval = build_attacker(attacker_settings("retrieval"), 1)
    answers = retrieval.attack(None, {"evaluation": readings}, None, "toy").answers["evaluation"]
    scores = rank_scores(answers, signals, evaluation.characters)
    np.testing.assert_allclose(table["top1"], scores["top1"])
    np.testing.assert_allclose(table["within_character"], scores["within_character"])


@pytest.fixture(scope="module")
def evaluation():
    random = np.random.default_rng(4)
    return ImageSet(
        images=StoredImages(random.random((60, 3, 4, 1)).astype(np.float32)),
        labels=np.repeat([0, 1], 30),
        characters=np.repeat([0, 1, 2], [30, 20, 10]),
        seen=np.zeros(60, bool),
    )


def test_a_record_has_optimum_and_promise_of_each_group(evaluation):
    flat = evaluation.images[:].reshape(60, -1)
    defence = calibrate(defence_settings("noise", clip_to_noise_ratio=1.5, observations=4), flat)
    signals = defence.transform(tf.constant(flat)).numpy()
    record = bounds_record(defence.channel(12), signals, evaluation, seed=1)
    assert record["clip_to_noise_ratio"] == pytest.approx(3.0)
    assert record["readings"] == 4
    assert record["seen"] is None
    for measure in ("top1", "within_character"):
        found = record["unseen"][measure]
        assert found["optimum"]["low"] <= found["optimum"]["value"] <= found["promise"] < 1
    # A mean over the images, of which half have thirty candidates.
    of_each = promise(defence.channel(12), np.array([30, 20, 10]))
    within = record["unseen"]["within_character"]["promise"]
    assert within == pytest.approx(np.average(of_each, weights=[30, 20, 10]))


@pytest.mark.parametrize(("sizes", "drawings"), [((30, 30), 30), ((20, 40), None)])
def test_a_record_has_the_number_of_drawings_where_all_characters_have_as_many(
    evaluation, sizes, drawings
):
    """Guessing gets 1 of 30 in both, and of a promise among 20 and among 40 the mean is lower."""
    candidates = replace(evaluation, characters=np.repeat([0, 1], sizes))
    flat = evaluation.images[:].reshape(60, -1)
    assert bounds_record(Channel(12), flat, candidates, seed=1)["unseen"]["drawings"] == drawings


@pytest.mark.parametrize("offset", [0, 1e4, 1e5])
def test_what_all_signals_have_in_common_hides_nothing(offset):
    """Float32 tells them apart by far, whose differences are small beside their norms."""
    random = np.random.default_rng(5)
    signals = (offset + random.normal(size=(200, 8))).astype(np.float32)
    assert optimum(signals, np.zeros(200, int), 0.02, 1)["top1"]["value"] > 0.99
    found = linkage_scores(signals, signals, np.zeros(200, int), 1)
    assert found["top1"].mean() == 1


def test_few_messages_are_promised_and_possible_exactly(evaluation):
    narrow = evaluation.images[:].reshape(60, -1)[:, :5]
    defence = calibrate(defence_settings("quantisation", bit_width=1), narrow)
    signals = defence.transform(tf.constant(narrow)).numpy()
    record = bounds_record(defence.channel(5), signals, evaluation, seed=1)
    top1 = record["unseen"]["top1"]
    assert top1["promise"] == pytest.approx(32 / 60)
    messages = len({tuple(signal) for signal in signals})
    assert top1["optimum"]["value"] == pytest.approx(messages / 60)
    assert record["unseen"]["within_character"]["promise"] == 1  # 32 messages, 30 candidates


def test_nothing_is_promised_of_what_is_sent_as_it_is(evaluation):
    flat = evaluation.images[:].reshape(60, -1)
    record = bounds_record(Channel(12), flat, evaluation, seed=1)
    assert record["clip_to_noise_ratio"] is None
    assert record["unseen"]["top1"] == {
        "optimum": {"value": 1.0, "low": 1.0, "high": 1.0},
        "promise": 1.0,
    }


def test_groups_are_candidates_by_themselves(evaluation):
    seen = np.arange(60) % 3 == 0
    mixed = ImageSet(evaluation.images, evaluation.labels, evaluation.characters, seen)
    flat = np.repeat(np.arange(30.0), 2).reshape(60, 1).astype(np.float32)
    table = optimum_table(Channel(1), flat, flat, mixed)
    assert list(table["image"]) == list(range(60))
    expected = pd.Series(flat[:, 0]).groupby([seen, flat[:, 0]]).transform("size")
    np.testing.assert_allclose(table["top1"], 1 / expected)
    assert (table["group"] == np.where(seen, "seen", "unseen")).all()
