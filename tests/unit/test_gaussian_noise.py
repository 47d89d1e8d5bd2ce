"""Gaussian noise: where it ends (nowhere), its distribution, and what its last bits give away."""

import numpy as np
import pytest
import scipy.stats
import tensorflow as tf

from intercept.accounting.mechanism import TENSORFLOW_NOISE_ENDS_AT
from intercept.training.noise import GaussianSumQuery
from intercept.training.randomness import Randomness
from intercept.wire.gaussian_noise import normal_beyond, standard_normal, with_noise

CHUNK = 2**17
# Steps of a training with noise beyond the end of TensorFlow's, one in 560 of such length.
FAR = (36, 971, 1086)


def noise_of_step(step):
    """By the code that adds it in a training, on the stream of that step."""
    query = GaussianSumQuery(1.0, 1.0)
    query.generator = Randomness(1).generator("noise", step)
    zeros, state = [tf.zeros(CHUNK)], query.initial_global_state()
    ((noise,), _, _) = query.get_noised_result(zeros, state)
    return np.abs(noise)


def test_a_training_has_noise_beyond_tensorflows_end():
    for step in FAR:
        assert noise_of_step(step).max() > TENSORFLOW_NOISE_ENDS_AT


def test_noise_of_a_training_is_as_often_far_out_as_it_should_be():
    steps, end = 160, 4.5
    found = sum(np.count_nonzero(noise_of_step(step) > end) for step in range(steps))
    expected = steps * CHUNK * 2 * scipy.stats.norm.sf(end)
    assert 140 < expected < 150
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
