"""The epsilon that the post states, and an independent account of it."""

import itertools
import math

import mpmath
import numpy as np
import pytest
import scipy.stats
from scipy.special import logsumexp

from intercept.privacy import POST_DELTA, claimed_privacy, epsilon_as_the_post_computed

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


def smallest_epsilon(rdp, orders, sigma, images, batch_size, epochs):
    steps = math.ceil(epochs * images / batch_size)
    return min(
        steps * rdp(order, batch_size / images, sigma) + math.log(1 / POST_DELTA) / (order - 1)
        for order in orders
    )


@pytest.mark.parametrize("noise_multiplier", PUBLISHED)
def test_it_is_the_posts_epsilon(noise_multiplier):
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
def test_where_the_best_order_is_a_whole_one_it_is_the_binomial_sum(noise_multiplier, setting):
    epsilon = epsilon_as_the_post_computed(noise_multiplier, **setting)
    orders = [*range(2, 11), *range(12, 64)]
    expected = smallest_epsilon(rdp_by_the_binomial_sum, orders, noise_multiplier, **setting)
    assert epsilon == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("noise_multiplier", [*PUBLISHED, 1.0, 4.0])
def test_over_all_orders_it_is_the_integral(noise_multiplier):
    orders = [*np.arange(11, 110) / 10, *range(12, 64)]
    expected = smallest_epsilon(rdp_by_quadrature, orders, noise_multiplier, **POST)
    assert epsilon_as_the_post_computed(noise_multiplier, **POST) == pytest.approx(
        expected, rel=1e-6
    )


def test_more_noise_is_less_epsilon():
    levels = [0.1, 0.3, 0.5, 0.7, 1, 2, 8]
    epsilons = [epsilon_as_the_post_computed(level, **POST) for level in levels]
    assert all(more > less for more, less in itertools.pairwise(epsilons))
    assert all(math.isfinite(epsilon) for epsilon in epsilons)


@pytest.mark.parametrize(
    "changed", [{"epochs": 21}, {"batch_size": 33, "epochs": 20.7}, {"delta": 1e-6}]
)
def test_more_steps_larger_batches_and_a_smaller_delta_are_more_epsilon(changed):
    assert epsilon_as_the_post_computed(0.7, **(POST | changed)) > epsilon_as_the_post_computed(
        0.7, **POST
    )


def test_without_noise_epsilon_is_infinite():
    assert epsilon_as_the_post_computed(0, **POST) == math.inf


def records(noise_multiplier):
    settings = {"recipe": "sound", "epochs": 20, "batch_size": 32, "l2_norm_clip": 1.5}
    settings |= {"noise_multiplier": noise_multiplier, "noise_source": "os-entropy"}
    training = {
        "settings": settings,
        "training_images": 11_000,
        "sampling_probability": 32 / 11_000,
        "steps": 6880,
    }
    return training, {"training_images": 11_000, "validation_images": 2180}


def test_without_differential_privacy_nothing_is_claimed():
    training, manifest = records(0.7)
    training["settings"] = {"recipe": "post-part-1", "epochs": 10, "batch_size": 32}
    assert claimed_privacy(training, manifest) == {
        "epsilon_claimed": None,
        "reason": "trained without differential privacy",
    }


def test_with_it_the_posts_epsilon_is_claimed_and_said_not_to_hold():
    record = claimed_privacy(*records(0.7))
    assert record["epsilon_claimed"] == epsilon_as_the_post_computed(0.7, **POST)
    assert record["delta"] == 1e-5
    assert (record["images_assumed"], record["images_trained_on"]) == (13_180, 11_000)
    assert record["is_a_guarantee"] is False
    assert "13180 images" in record["reason"]
    assert "11000 were trained on" in record["reason"]
    assert (record["noise_multiplier"], record["l2_norm_clip"]) == (0.7, 1.5)
    assert (record["noise_source"], record["steps"]) == ("os-entropy", 6880)
    assert record["sampling_probability"] == 32 / 11_000


def test_without_noise_no_finite_epsilon_is_claimed():
    record = claimed_privacy(*records(0))
    assert record["epsilon_claimed"] is None
    assert record["noise_multiplier"] == 0
    assert record["is_a_guarantee"] is False
