"""Poisson sampling and the noise: their distributions, and who can repeat them.

Each statistical test alarms falsely with a probability of about 1e-9: with a seed it either does
or it does not, without one it may once in so many runs.
"""

import itertools

import dp_accounting
import numpy as np
import pytest
import scipy.stats
import tensorflow as tf
import tensorflow_privacy as tfp

from intercept.training.noise import GaussianSumQuery
from intercept.training.randomness import Randomness, poisson_sample

FALSE_ALARM = 1e-9
EXAMPLES, PROBABILITY, STEPS = 100, 0.1, 3000
SHAPES = [(50, 40), (50, 40), (40,)]

with_and_without_seed = pytest.mark.parametrize("seed", [5, None])


def two_sided(statistic, distribution):
    """How likely a value as extreme as this one is, were the statistic so distributed."""
    return 2 * np.minimum(distribution.cdf(statistic), 1 - distribution.cdf(statistic - 1e-9))


@pytest.fixture(scope="module", params=[5, None])
def included(request):
    """Whether an example was in a step: int [step, example]."""
    randomness = Randomness(request.param)
    included = np.zeros((STEPS, EXAMPLES), int)
    for step in range(STEPS):
        included[step, poisson_sample(randomness, EXAMPLES, PROBABILITY, step)] = 1
    return included


def test_every_example_is_sampled_at_the_rate(included):
    times = included.sum(axis=0)
    likely = two_sided(times, scipy.stats.binom(STEPS, PROBABILITY))
    assert likely.min() > FALSE_ALARM / EXAMPLES


def test_no_two_examples_hang_together_in_a_step(included):
    together = (included.T @ included)[np.triu_indices(EXAMPLES, 1)]
    likely = two_sided(together, scipy.stats.binom(STEPS, PROBABILITY**2))
    assert likely.min() > FALSE_ALARM / together.size


def test_no_example_says_who_is_in_the_next_step(included):
    in_turn = included[0::2].T @ included[1::2]
    likely = two_sided(in_turn, scipy.stats.binom(STEPS // 2, PROBABILITY**2))
    assert likely.min() > FALSE_ALARM / in_turn.size


def test_sizes_vary_about_the_expected_one_as_independent_examples_make_them(included):
    sizes = included.sum(axis=1)
    total = scipy.stats.binom(STEPS * EXAMPLES, PROBABILITY)
    assert two_sided(sizes.sum(), total) > FALSE_ALARM
    variance = EXAMPLES * PROBABILITY * (1 - PROBABILITY)
    spread = np.sum((sizes - EXAMPLES * PROBABILITY) ** 2) / variance
    assert two_sided(spread, scipy.stats.chi2(STEPS)) > FALSE_ALARM


@with_and_without_seed
@pytest.mark.parametrize(("probability", "size"), [(0.0, 0), (1.0, 7)])
def test_samples_at_the_ends_are_nobody_and_everybody(seed, probability, size):
    sample = poisson_sample(Randomness(seed), 7, probability, 0)
    assert sample.dtype == np.int64
    assert sample.tolist() == list(range(size))


def test_without_a_seed_nothing_repeats():
    for make in (
        lambda: poisson_sample(Randomness(None), 1000, 0.5, step=3),
        lambda: Randomness(None).generator("sampling", 3).random(4),
        lambda: noise(Randomness(None), [3])[0][0],
    ):
        assert not np.array_equal(make(), make())


def test_with_a_seed_every_purpose_and_number_has_its_own_stream_that_repeats():
    streams = {
        (seed, purpose, number): tuple(Randomness(seed).generator(purpose, number).random(4))
        for seed in (0, 1)
        for purpose in ("sampling", "shuffling", "noise")
        for number in (0, 1, 343)
    }
    assert len(set(streams.values())) == len(streams)
    for (seed, purpose, number), values in reversed(streams.items()):
        assert tuple(Randomness(seed).generator(purpose, number).random(4)) == values


def test_with_a_seed_samples_repeat_by_their_number():
    randomness = Randomness(4)
    samples = [poisson_sample(randomness, 1000, 0.5, step) for step in range(5)]
    again = [poisson_sample(Randomness(4), 1000, 0.5, step) for step in reversed(range(5))]
    for one, other in zip(samples, reversed(again), strict=True):
        np.testing.assert_array_equal(one, other)
    assert not any(np.array_equal(a, b) for a, b in itertools.combinations(samples, 2))


def noise(randomness, steps, clip=0.5, noise_multiplier=3.0):
    """What the query adds in each of these steps: one array for each variable."""
    query = GaussianSumQuery(clip, clip * noise_multiplier)
    zeros = [tf.zeros(shape) for shape in SHAPES]
    made = []
    for step in steps:
        query.generator = randomness.generator("noise", step)
        made.append(query.get_noised_result(zeros, query.initial_global_state())[0])
    return made


@with_and_without_seed
@pytest.mark.parametrize(("clip", "noise_multiplier"), [(0.5, 3.0), (2.0, 0.3)])
def test_noise_is_normal_with_the_multiplier_times_the_clip(seed, clip, noise_multiplier):
    steps = noise(Randomness(seed), range(5), clip, noise_multiplier)
    for variable in range(len(SHAPES)):
        values = np.concatenate([step[variable].ravel() for step in steps]).astype(np.float64)
        values /= clip * noise_multiplier
        assert two_sided(np.sum(values**2), scipy.stats.chi2(values.size)) > FALSE_ALARM
        standard_errors = np.mean(values) * np.sqrt(values.size)
        assert abs(standard_errors) < scipy.stats.norm.isf(FALSE_ALARM / 2)
        assert scipy.stats.kstest(values, "norm").pvalue > FALSE_ALARM


@with_and_without_seed
def test_noise_is_fresh_in_each_step_and_variable(seed):
    steps = noise(Randomness(seed), [0, 1, 2, 343, 344, 345])
    arrays = [array.ravel() for step in steps for array in step[:2]]
    correlations = np.corrcoef(arrays)[np.triu_indices(len(arrays), 1)] * np.sqrt(arrays[0].size)
    assert np.max(np.abs(correlations)) < scipy.stats.norm.isf(FALSE_ALARM / correlations.size)


def test_noise_is_added_to_the_sum_and_told_to_the_accountant():
    query = GaussianSumQuery(0.5, 1.5)
    query.generator = Randomness(4).generator("noise", 0)
    sums = [tf.ones(shape) for shape in SHAPES]
    noisy, _, event = query.get_noised_result(sums, query.initial_global_state())
    for got, expected in zip(noisy, noise(Randomness(4), [0])[0], strict=True):
        np.testing.assert_allclose(got, 1 + expected, atol=1e-6)
    assert isinstance(query, tfp.GaussianSumQuery)
    assert event == dp_accounting.GaussianDpEvent(3)


def test_with_a_seed_noise_repeats_by_its_step():
    def flat(seed, step):
        return np.concatenate([array.ravel() for array in noise(Randomness(seed), [step])[0]])

    first = flat(4, 2)
    tf.random.normal((3,))  # what was drawn in between does not matter
    assert np.array_equal(first, flat(4, 2))
    for other in (flat(4, 3), flat(5, 2), flat(None, 2), flat(None, 2)):
        assert np.mean(first == other) < 0.01  # the noise has some thousands of values
        first = other


def test_keys_are_of_128_bits():
    generators = [Randomness(None).generator("noise", 0) for _ in range(200)]
    keys = np.array([g.bit_generator.state["state"]["key"] for g in generators])
    assert (keys.dtype, keys.shape) == (np.uint64, (200, 2))
    bits = (keys[..., np.newaxis] >> np.arange(64, dtype=np.uint64)) & 1
    ones = bits.reshape(200, 128).sum(axis=0)
    assert two_sided(ones, scipy.stats.binom(200, 0.5)).min() > FALSE_ALARM / 128
