"""Gaussian noise: where it ends (nowhere), its distribution, and what its last bits give away."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import scipy.stats
import tensorflow as tf

from intercept.gaussian_noise import normal_beyond, standard_normal, with_noise
from intercept.mechanism import TENSORFLOW_NOISE_ENDS_AT
from intercept.training.noise import GaussianSumQuery
from intercept.training.randomness import Randomness

CHUNK = 2**17


@pytest.mark.slow
def test_a_thousand_million_numbers_get_noise_beyond_tensorflows_end():
    """By the code that adds it in a training, on the stream of each of its steps."""
    draws = 1_000_000_000
    steps = -(-draws // CHUNK)

    def beyond(steps):
        query = GaussianSumQuery(1.0, 1.0)
        state, zeros = query.initial_global_state(), [tf.zeros(CHUNK)]
        found = 0
        for step in steps:
            query.generator = Randomness(1).generator("noise", step)
            ((noise,), _, _) = query.get_noised_result(zeros, state)
            found += np.count_nonzero(np.abs(noise) > TENSORFLOW_NOISE_ENDS_AT)
        return found

    with ThreadPoolExecutor(2) as pool:
        found = sum(pool.map(beyond, (range(0, steps, 2), range(1, steps, 2))))
    expected = steps * CHUNK * 2 * scipy.stats.norm.sf(TENSORFLOW_NOISE_ENDS_AT)
    assert 13 < expected < 14
    low, high = scipy.stats.poisson(expected).interval(0.999)
    assert low <= found <= high


@pytest.mark.parametrize("begin", [0.5, 5.0, 12.5])
def test_the_tail_is_that_of_the_normal_distribution(begin):
    """Also beyond 12.3, where NumPy's own ziggurat has nothing."""
    generator = np.random.default_rng(3)
    drawn = np.array([normal_beyond(generator, begin) for _ in range(5000)])
    assert drawn.min() > begin
    # The share of the tail that is left beyond each is uniform.
    left = np.exp(scipy.stats.norm.logsf(drawn) - scipy.stats.norm.logsf(begin))
    assert scipy.stats.kstest(left, "uniform").pvalue > 1e-3
    assert left.min() < 2e-3


def test_the_bulk_is_normal_and_its_tail_is_as_heavy_as_it_should_be():
    drawn = standard_normal(np.random.default_rng(5), (4000, 1000))
    assert (drawn.dtype, drawn.shape) == (np.float64, (4000, 1000))
    assert abs(drawn.mean()) < 4 / 2000
    assert abs(drawn.var() - 1) < 4 * np.sqrt(2) / 2000
    assert scipy.stats.kstest(drawn[:100].ravel(), "norm").pvalue > 1e-3
    for end in (3.0, 4.0, 4.9, 5.0):
        expected = drawn.size * 2 * scipy.stats.norm.sf(end)
        low, high = scipy.stats.poisson(expected).interval(0.9999)
        assert low <= np.count_nonzero(np.abs(drawn) > end) <= high


def test_what_lies_beyond_five_is_drawn_anew_with_its_sign():
    plain = np.random.default_rng(0).standard_normal(8_000_000)
    mended = standard_normal(np.random.default_rng(0), 8_000_000)
    far = np.abs(plain) > 5
    assert np.count_nonzero(far) >= 1
    np.testing.assert_array_equal(plain[~far], mended[~far])
    assert np.all(plain[far] != mended[far])
    assert np.all(np.sign(plain[far]) == np.sign(mended[far]))
    assert np.all(np.abs(mended[far]) > 5)


@pytest.mark.parametrize("deviation", [0.003, 0.7, 1.0, 40.0])
def test_noise_is_added_in_float64_and_rounded_to_even_steps(deviation):
    values = np.random.default_rng(1).random((50, 40)).astype(np.float32)
    noisy = with_noise(values, deviation, np.random.default_rng(2))
    assert (noisy.dtype, noisy.shape) == (np.float32, (50, 40))
    exact = values + deviation * np.random.default_rng(2).standard_normal((50, 40))
    error = np.abs(noisy - exact).max() / deviation
    assert 1 / 2048 / 2 * 0.9 < error <= 1 / 1024 / 2
    steps = np.unique(np.abs(np.diff(np.unique(noisy.astype(np.float64)))))
    assert steps[0] > deviation / 2048
    np.testing.assert_array_equal(steps % steps[0], 0)


def test_without_noise_values_stay_as_they_are_and_nothing_is_drawn():
    values = np.random.default_rng(1).random((5, 4)).astype(np.float32)
    generator = np.random.default_rng(2)
    np.testing.assert_array_equal(with_noise(values, 0.0, generator), values)
    assert generator.random() == np.random.default_rng(2).random()


def explainable(sent, signal):
    """Whether a float32 sum of this signal with some float32 noise could be what was sent."""
    noise = (sent.astype(np.float64) - signal).astype(np.float32)
    return signal + noise == sent


@pytest.mark.parametrize("deviation", [0.2, 1.0])
def test_the_last_bits_do_not_tell_which_signal_was_sent(deviation):
    """Where noise and signal cancel, a float32 sum keeps the signal's last bits and no other's."""
    random = np.random.default_rng(4)
    signals = random.random((2, 20_000)).astype(np.float32)
    noise = random.normal(0, deviation, signals.shape).astype(np.float32)
    in_float32 = signals + noise
    own = explainable(in_float32, signals).mean()
    another = explainable(in_float32, signals[::-1]).mean()
    assert own == 1 and another < 0.98
    sent = with_noise(signals, deviation, random)
    own, another = explainable(sent, signals).mean(), explainable(sent, signals[::-1]).mean()
    assert abs(own - another) < 4 / np.sqrt(signals.size)
