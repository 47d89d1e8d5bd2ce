"""The Rényi accounts of Poisson samples, today's and the post's, beside sums and integrals."""

import itertools
import math

import mpmath
import numpy as np
import pytest
import scipy.stats
from scipy.special import logsumexp

from intercept.accounting.sampled import POST_DELTA, epsilon_as_the_post_computed, epsilon_by_rdp

POST = {"images": 13_180, "batch_size": 32, "epochs": 20}

# Noise multiplier: what the post states, and what its formula gives to three digits.
PUBLISHED = {0.7: (4.0, 4.02), 0.5: (12.5, 12.4), 0.3: (84.7, 84.1)}


def rdp_by_the_binomial_sum(order, rate, sigma):
    """Mironov, Talwar and Zhang 2019, section 3.3, for a whole order, in 50 digits."""
    with mpmath.workdps(50):
        rate, sigma = mpmath.mpf(rate), mpmath.mpf(sigma)
        total = mpmath.fsum(
            mpmath.binomial(order, k)
            * (1 - rate) ** (order - k)
            * rate**k
            * mpmath.exp((k * k - k) / (2 * sigma**2))
            for k in range(order + 1)
        )
        return float(mpmath.log(total) / (order - 1))


def rdp_by_quadrature(order, rate, sigma):
    """The definition, for any order: E over z ~ N(0, σ²) of the ratio of densities to the order."""
    z, step = np.linspace(-12 * sigma, order + 12 * sigma, 20_001, retstep=True)
    log_ratio = np.logaddexp(np.log1p(-rate), np.log(rate) + (2 * z - 1) / (2 * sigma**2))
    log_density = scipy.stats.norm(scale=sigma).logpdf(z)
    return float(logsumexp(log_density + order * log_ratio) + np.log(step)) / (order - 1)


def improved_epsilon(rdp, orders, steps, delta):
    """Canonne, Kamath and Steinke 2020, proposition 12."""
    return min(
        steps * rdp(order) + math.log1p(-1 / order) - math.log(delta * order) / (order - 1)
        for order in orders
    )


@pytest.mark.parametrize("noise_multiplier", [0.7, 2, 20])
def test_the_renyi_account_is_the_integral_over_its_orders(noise_multiplier):
    orders = [*np.arange(11, 110) / 10, *range(11, 64), 128, 256, 512, 1024]
    expected = improved_epsilon(
        lambda order: rdp_by_quadrature(order, 0.01, noise_multiplier), orders, 300, 1e-5
    )
    assert epsilon_by_rdp(noise_multiplier, 0.01, 300, 1e-5) == pytest.approx(expected, rel=1e-6)


def smallest_epsilon(rdp, orders, sigma, images, batch_size, epochs):
    steps = math.ceil(epochs * images / batch_size)
    return min(
        steps * rdp(order, batch_size / images, sigma) + math.log(1 / POST_DELTA) / (order - 1)
        for order in orders
    )


@pytest.mark.parametrize("noise_multiplier", PUBLISHED)
def test_the_posts_epsilon_is_the_posts(noise_multiplier):
    published, formula = PUBLISHED[noise_multiplier]
    epsilon = epsilon_as_the_post_computed(noise_multiplier, **POST)
    assert epsilon == pytest.approx(published, rel=0.02)
    assert epsilon == pytest.approx(formula, rel=0.005)


@pytest.mark.parametrize(
    ("noise_multiplier", "setting"),
    [
        (4.0, POST),
        (3.0, {"images": 1000, "batch_size": 30, "epochs": 0.5}),  # 16.7 steps, so 17
        (3.0, {"images": 64, "batch_size": 64, "epochs": 1}),  # no sampling
    ],
)
def test_the_posts_epsilon_is_the_binomial_sum_where_the_best_order_is_a_whole_one(
    noise_multiplier, setting
):
    epsilon = epsilon_as_the_post_computed(noise_multiplier, **setting)
    orders = [*range(2, 11), *range(12, 64)]
    expected = smallest_epsilon(rdp_by_the_binomial_sum, orders, noise_multiplier, **setting)
    assert epsilon == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("noise_multiplier", [*PUBLISHED, 1.0, 4.0])
def test_the_posts_epsilon_is_the_integral_over_all_orders(noise_multiplier):
    orders = [*np.arange(11, 110) / 10, *range(12, 64)]
    expected = smallest_epsilon(rdp_by_quadrature, orders, noise_multiplier, **POST)
    assert epsilon_as_the_post_computed(noise_multiplier, **POST) == pytest.approx(
        expected, rel=1e-6
    )


def test_the_posts_epsilon_falls_with_the_noise():
    levels = [0.1, 0.3, 0.5, 0.7, 1, 2, 8]
    epsilons = [epsilon_as_the_post_computed(level, **POST) for level in levels]
    assert all(more > less for more, less in itertools.pairwise(epsilons))
    assert all(math.isfinite(epsilon) for epsilon in epsilons)


@pytest.mark.parametrize(
    "changed", [{"epochs": 21}, {"batch_size": 33, "epochs": 20.7}, {"delta": 1e-6}]
)
def test_the_posts_epsilon_grows_with_steps_batches_and_a_smaller_delta(changed):
    assert epsilon_as_the_post_computed(0.7, **(POST | changed)) > epsilon_as_the_post_computed(
        0.7, **POST
    )


def test_the_posts_epsilon_is_infinite_without_noise_and_zero_without_steps():
    assert epsilon_as_the_post_computed(0, **POST) == math.inf
    assert epsilon_as_the_post_computed(0.7, **(POST | {"epochs": 0})) == 0
