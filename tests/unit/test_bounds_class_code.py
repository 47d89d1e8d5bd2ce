"""The limit of the predicted class alone, held against codes whose words are drawn and read."""

import numpy as np
import pytest
from scipy.stats import norm

from intercept.bounds.class_code import accuracy_limit, limit_line
from intercept.bounds.promise import noise_promise


def simplex(words):
    """Unit vectors that are equally far from each other, float64 [words, words]."""
    centred = np.eye(words) - 1 / words
    return centred / np.linalg.norm(centred, axis=1, keepdims=True)


def circle(words):
    angles = 2 * np.pi * np.arange(words) / words
    return np.stack([np.cos(angles), np.sin(angles)], axis=1)


def accuracy_of(signals, on_device, ratio):
    """Of 40,000 inputs, how often the word that is nearest to what is read is their class."""
    generator = np.random.default_rng(0)
    words = len(signals)
    true = generator.integers(0, words, 40_000)
    wrong = (true + generator.integers(1, words, len(true))) % words
    predicted = np.where(generator.random(len(true)) < on_device, true, wrong)
    read = ratio * signals[predicted] + generator.standard_normal((len(true), signals.shape[1]))
    return np.mean((read @ signals.T).argmax(axis=1) == true)


@pytest.mark.parametrize("on_device", [0.767, 1])
@pytest.mark.parametrize("ratio", [0.5, 2, 4])
@pytest.mark.parametrize("words", [5, 20])
def test_no_code_is_above_the_limit_and_the_simplex_is_near_it(words, ratio, on_device):
    reached = accuracy_of(simplex(words), on_device, ratio)
    limit = accuracy_limit(words, on_device, ratio, words - 1)
    assert limit - 0.06 < reached < limit + 0.01  # four standard errors of 40,000 inputs
    flat = accuracy_of(circle(words), on_device, ratio)
    assert flat < accuracy_limit(words, on_device, ratio, 2) + 0.01


def test_the_line_is_above_every_code_and_noise():
    promises, accuracies = limit_line(10, 0.95, 125)
    assert promises[0] == pytest.approx(1 / 125) and promises[-1] == 1
    assert accuracies[-1] == pytest.approx(0.95, abs=1e-6)
    assert (np.diff(accuracies) >= 0).all()
    for signals, dimensions in ((simplex(10), 9), (circle(10), 2)):
        for ratio in (1, 2, 4, 8):
            promised = float(noise_promise(125, ratio, dimensions))
            limit = np.interp(promised, promises, accuracies)
            assert accuracy_of(signals, 0.95, ratio) < limit + 0.01


@pytest.mark.parametrize("candidates", [20, 2120])
def test_the_line_is_above_two_opposite_words_near_guessing(candidates):
    promises, accuracies = limit_line(2, 0.9, candidates)
    for ratio in (0.03, 0.06, 0.124):
        promised = float(noise_promise(candidates, ratio, 1))
        attained = 0.9 * norm.cdf(ratio) + 0.1 * norm.sf(ratio)
        assert attained < np.interp(promised, promises, accuracies) + 0.0005


def test_few_numbers_are_more_accurate_at_a_promise_than_as_many_as_there_are_classes():
    promises, accuracies = limit_line(10, 1, 125)
    for ratio in (1, 2):
        promised = float(noise_promise(125, ratio, 9))
        assert np.interp(promised, promises, accuracies) > accuracy_limit(10, 1, ratio, 9) + 0.03
