"""Randomised response over words: its chances, and what is possible and promised."""

import itertools
import json
import math

import numpy as np
import pytest

from intercept.bounds.optimum import MEASURES, exact, exact_hits, response_hits
from intercept.bounds.promise import response_promise
from intercept.bounds.record import bounds_record, optimum_table, promise
from intercept.bounds.strength import most_messages
from intercept.wire.chance import reading_of_record
from intercept.wire.channel import Channel
from intercept.wire.randomised_response import probabilities, respond

WORDS = np.random.default_rng(1).normal(size=(5, 3)).astype(np.float32)
EPSILON = 1.2


def table(words, epsilon):
    """The chance of each word, by the word that is the input's own; float64 [own, sent]."""
    own, other = probabilities(words, epsilon)
    return np.full((words, words), other) + (own - other) * np.eye(words)


@pytest.mark.parametrize(("words", "epsilon"), [(2, 0.1), (5, 1.2), (1024, 9.0), (7, 800.0)])
def test_chances_are_of_that_epsilon(words, epsilon):
    own, other = probabilities(words, epsilon)
    assert own + (words - 1) * other == pytest.approx(1)
    assert own == pytest.approx(other * math.exp(epsilon) if epsilon < 700 else 1)


def test_words_are_sent_as_often_as_they_should_be():
    own = np.arange(5).repeat(20_000)
    sent = respond(WORDS[own], WORDS, EPSILON, np.random.default_rng(2))
    assert sent.dtype == np.float32
    which = (sent[:, np.newaxis] == WORDS).all(axis=2)
    assert (which.sum(axis=1) == 1).all()
    found = which.reshape(5, 20_000, 5).mean(axis=1)
    expected = table(5, EPSILON)
    error = np.sqrt(expected * (1 - expected) / 20_000)
    assert (np.abs(found - expected) < 4 * error).all()


@pytest.mark.parametrize("seed", range(5))
def test_the_best_rule_is_that_of_every_outcome(seed):
    """Over all words that may be read: the largest of the candidates' chances."""
    random = np.random.default_rng(seed)
    own, characters = random.integers(0, 4, 12), random.integers(0, 3, 12)
    found = exact(response_hits(WORDS[own], characters, 5, EPSILON))
    chances = table(5, EPSILON)[own]
    assert found["top1"]["value"] == pytest.approx(chances.max(axis=0).sum() / 12)
    within = sum(
        chances[characters == character].max(axis=0).sum() for character in set(characters)
    )
    assert found["within_character"]["value"] == pytest.approx(within / 12)


def test_hits_of_readings_have_that_mean():
    random = np.random.default_rng(3)
    own, characters = random.integers(0, 4, 12), random.integers(0, 3, 12)
    drawn = [
        response_hits(
            WORDS[own], characters, 5, EPSILON, respond(WORDS[own], WORDS, EPSILON, random)
        )
        for _ in range(4000)
    ]
    expected = response_hits(WORDS[own], characters, 5, EPSILON)
    for measure in MEASURES:
        means = np.mean([one[measure] for one in drawn], axis=0)
        np.testing.assert_allclose(means, expected[measure], atol=0.04)


def test_a_large_epsilon_is_no_chance_at_all():
    own, characters = np.array([0, 1, 1, 2]), np.array([0, 0, 0, 1])
    found = response_hits(WORDS[own], characters, 5, 800.0)
    for measure, hits in exact_hits(WORDS[own], characters).items():
        np.testing.assert_allclose(found[measure], hits)


def success(candidates, words, epsilon, readings):
    """Of the best rule among the worst candidates, over all words that these may have."""
    one = table(words, epsilon)
    outcomes = list(itertools.product(range(words), repeat=readings))
    chances = np.array([[one[own, list(read)].prod() for read in outcomes] for own in range(words)])
    return max(
        chances[list(own)].max(axis=0).sum() / candidates
        for own in itertools.combinations_with_replacement(range(words), candidates)
    )


@pytest.mark.parametrize(("candidates", "words"), [(2, 4), (4, 4), (5, 3), (1, 3)])
def test_of_one_reading_the_promise_is_what_is_possible_of_the_worst_candidates(candidates, words):
    for epsilon in (0.3, 2.0):
        most = success(candidates, words, epsilon, 1)
        assert response_promise(candidates, words, epsilon) == pytest.approx(most)


@pytest.mark.parametrize("readings", [2, 3])
@pytest.mark.parametrize(("candidates", "words"), [(2, 3), (4, 3), (3, 3)])
def test_of_several_readings_nobody_gets_more(candidates, words, readings):
    for epsilon in (0.3, 2.0):
        most = success(candidates, words, epsilon, readings)
        bound = float(response_promise(candidates, words, epsilon, readings))
        assert most <= bound * (1 + 1e-12) <= 1
    several = [float(response_promise(50, words, 1.0, k)) for k in (1, 2, 4, 100)]
    assert several == sorted(several)
    assert several[-1] == pytest.approx(words / 50)


@pytest.mark.parametrize(("identified", "among", "epsilon"), [(0.05, 100, 2.0), (0.3, 40, 3.0)])
def test_the_most_words_promise_what_is_asked_for_and_one_more_does_not(identified, among, epsilon):
    words = most_messages(identified, among, epsilon)
    assert words > most_messages(identified, among)
    assert response_promise(among, words, epsilon) <= identified
    assert response_promise(among, words + 1, epsilon) > identified


def test_however_many_words_promise_what_epsilon_alone_does():
    assert most_messages(0.5, 20, 0.5) == 20
    assert response_promise(20, 1000, 0.5) < 0.5


def test_a_wire_is_read_and_judged_by_its_record(make_images):
    images = make_images(12, shape=(4, 4, 1), classes=2)
    channel = Channel(3, bits=math.log2(5), epsilon=EPSILON)
    record = {"channel": channel.as_record(), "drawn_from": WORDS.tolist()}
    read = reading_of_record(json.loads(json.dumps(record)))
    signals = WORDS[np.arange(12) % 4]
    readings = read(signals, np.random.default_rng(5))
    np.testing.assert_array_equal(
        readings, respond(signals, WORDS, EPSILON, np.random.default_rng(5))
    )
    bounds = bounds_record(channel, signals, images, seed=1)
    for group in ("unseen", "seen"):
        found = bounds[group]["top1"]
        assert found["optimum"]["value"] <= found["promise"] < 1
    table = optimum_table(channel, readings, signals, images)
    assert table["top1"].between(0, 1).all()
    assert promise(channel.read(100), 2120) == pytest.approx(5 / 2120)
    assert promise(channel, 2120) < 5 / 2120
