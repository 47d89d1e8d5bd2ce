"""Accounts of epsilon, beside independent ones and published numbers."""

import itertools
import math

import mpmath
import numpy as np
import pytest
import scipy.stats
from dp_accounting import dp_event
from dp_accounting.pld import PLDAccountant
from scipy.optimize import brentq
from scipy.special import logsumexp

from intercept.accounting.calibration import calibrate_noise_multiplier
from intercept.accounting.replace_one import epsilon_by_pld_replace_one, replace_one_hockey_stick
from intercept.accounting.sampled import (
    POST_DELTA,
    epsilon_as_the_post_computed,
    epsilon_by_pld,
    epsilon_by_rdp,
)
from intercept.accounting.unamplified import epsilon_without_amplification
from intercept.errors import UserError

SAMPLED = (epsilon_by_pld, epsilon_by_pld_replace_one, epsilon_by_rdp)

# The study's: 32 of 11,000 images in each of 8,240 steps, delta 1e-5.
STUDY = {"sampling_probability": 32 / 11_000, "steps": 8240, "delta": 1e-5}

# Noise multiplier: epsilon by SAMPLED in order, and for 24 passes without amplification.
REFERENCE = {
    0.7: (3.34, 4.55, 3.94, 53.6),
    0.5: (11.3, 13.4, 13.0, 89.0),
    0.3: (84.7, 94.4, 95.6, 202.1),
}


@pytest.mark.parametrize("noise_multiplier", REFERENCE)
def test_the_accounts_of_the_study_are_the_reference(noise_multiplier):
    *sampled, unamplified = REFERENCE[noise_multiplier]
    for account, reference in zip(SAMPLED, sampled, strict=True):
        assert account(noise_multiplier, **STUDY) == pytest.approx(reference, rel=0.005)
    found = epsilon_without_amplification(noise_multiplier, 24, STUDY["delta"])
    assert found == pytest.approx(unamplified, rel=0.005)


@pytest.mark.parametrize("account", SAMPLED)
def test_without_steps_epsilon_is_zero_and_else_without_noise_infinite(account):
    assert account(0.7, 0.01, 0, 1e-5) == 0
    assert account(0, 0.01, 0, 1e-5) == 0
    assert account(0, 0.01, 1, 1e-5) == math.inf
    assert epsilon_without_amplification(0.7, 0, 1e-5) == 0
    assert epsilon_without_amplification(0, 0, 1e-5) == 0
    assert epsilon_without_amplification(0, 1, 1e-5) == math.inf


@pytest.mark.parametrize("account", SAMPLED)
@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"noise_multiplier": -0.1}, "noise multiplier is -0.1"),
        ({"noise_multiplier": math.nan}, "noise multiplier is nan"),
        ({"sampling_probability": 0}, "sampling probability is 0"),
        ({"sampling_probability": 1.1}, "sampling probability is 1.1"),
        ({"steps": -1}, "number of steps is -1"),
        ({"steps": 1.5}, "number of steps is 1.5"),
        ({"delta": 0}, "delta is 0"),
        ({"delta": 1}, "delta is 1"),
    ],
)
def test_what_is_out_of_range_is_refused(account, changed, message):
    with pytest.raises(ValueError, match=message):
        account(
            **(
                {"noise_multiplier": 1, "sampling_probability": 1, "steps": 1, "delta": 0.1}
                | changed
            )
        )


def poisson_sampled_gaussian(sigma, q):
    return dp_event.PoissonSampledDpEvent(q, dp_event.GaussianDpEvent(sigma))


def mixture(sigma, weight, mean):
    """Density and distribution function of (1 - weight) N(0, sigma^2) + weight N(mean, sigma^2)."""
    parts = [(1 - weight, scipy.stats.norm(0, sigma)), (weight, scipy.stats.norm(mean, sigma))]
    return (
        lambda x: sum(share * part.pdf(x) for share, part in parts),
        lambda x: sum(share * part.cdf(x) for share, part in parts),
    )


def pairs(account, sigma, q):
    """The pairs whose worse divergence the account is of."""
    if account is epsilon_by_pld_replace_one:
        return [(mixture(sigma, q, 1), mixture(sigma, q, -1))]
    return [
        (mixture(sigma, q, 1), mixture(sigma, 0, 0)),
        (mixture(sigma, 0, 0), mixture(sigma, q, 1)),
    ]


@pytest.mark.parametrize("account", [epsilon_by_pld, epsilon_by_pld_replace_one])
@pytest.mark.parametrize(
    ("sigma", "q", "delta"), [(0.8, 0.1, 1e-3), (0.3, 0.01, 1e-3), (2, 0.5, 1e-5), (1, 1, 1e-2)]
)
def test_one_step_is_the_integral(account, sigma, q, delta):
    x, step = np.linspace(-1 - 10 * sigma, 1 + 10 * sigma, 50_001, retstep=True)
    densities = [(upper(x), lower(x)) for (upper, _), (lower, _) in pairs(account, sigma, q)]

    def worst(epsilon):
        return max(np.maximum(p - np.exp(epsilon) * q, 0).sum() * step for p, q in densities)

    expected = brentq(lambda epsilon: worst(epsilon) - delta, 0, 60, xtol=1e-6)
    assert expected > 0.1
    assert account(sigma, q, 1, delta) == pytest.approx(expected, rel=2e-3)


def exact_replace_one_delta(epsilon, sigma, q):
    """The hockey-stick divergence in 50 digits, with the root of the loss found by bisection."""
    with mpmath.workdps(50):
        sigma, q, epsilon = mpmath.mpf(sigma), mpmath.mpf(q), mpmath.mpf(epsilon)

        def tilted(x, sign):
            return (1 - q) + q * mpmath.exp((2 * sign * x - 1) / (2 * sigma**2))

        def loss(x):
            return mpmath.log(tilted(x, 1)) - mpmath.log(tilted(x, -1)) - epsilon

        x = mpmath.findroot(loss, (-40, 40), solver="bisect", tol=1e-40, maxsteps=500)

        def above(mean):
            return mpmath.erfc((x - mean) / (sigma * mpmath.sqrt(2))) / 2

        upper = (1 - q) * above(0) + q * above(1)
        lower = (1 - q) * above(0) + q * above(-1)
        return float(upper - mpmath.exp(epsilon) * lower)


@pytest.mark.parametrize(
    ("sigma", "q"), [(0.3, 32 / 11_000), (0.1, 0.01), (0.7, 0.2), (5, 0.9), (1, 1)]
)
def test_the_replace_one_divergence_is_exact_far_into_its_tails(sigma, q):
    largest = {0.3: 25, 0.1: 80, 0.7: 9, 5: 2, 1: 12}[sigma]
    epsilons = [-largest, -1, -1e-4, 0, 1e-4, 0.1, 1, largest / 2, largest]
    found = replace_one_hockey_stick(np.array(epsilons), sigma, q)
    expected = [exact_replace_one_delta(epsilon, sigma, q) for epsilon in epsilons]
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-18)


def test_no_two_clipped_gradients_are_further_apart_than_two_opposite_ones():
    sigma, q, random = 0.6, 0.3, np.random.default_rng(20200515)
    axis, step = np.linspace(-1 - 7 * sigma, 1 + 7 * sigma, 401, retstep=True)
    plane = np.stack(np.meshgrid(axis, axis), axis=-1)

    def density(gradient):
        squares = [((plane - mean) ** 2).sum(axis=-1) for mean in (np.zeros(2), gradient)]
        none, one = (np.exp(-square / (2 * sigma**2)) for square in squares)
        return ((1 - q) * none + q * one) / (2 * np.pi * sigma**2)

    def divergences(gradient, other):
        upper, lower = density(gradient), density(other)
        return np.array(
            [np.maximum(upper - ratio * lower, 0).sum() * step**2 for ratio in np.exp(epsilons)]
        )

    epsilons = np.array([-1, -0.2, 0, 0.2, 1, 2.5])
    worst = replace_one_hockey_stick(epsilons, sigma, q)
    opposite = np.array([0.6, 0.8])
    np.testing.assert_allclose(divergences(opposite, -opposite), worst, rtol=1e-3)
    for _ in range(25):
        gradients = random.normal(size=(2, 2))
        gradients *= random.random((2, 1)) ** 0.3 / np.linalg.norm(gradients, axis=1, keepdims=True)
        assert (divergences(*gradients) <= worst * (1 + 1e-3)).all()


def gaussian_delta(epsilon, mu):
    """The delta of the Gaussian mechanism, mu its sensitivity over its noise; in 50 digits."""
    with mpmath.workdps(50):
        epsilon, mu = mpmath.mpf(epsilon), mpmath.mpf(mu)
        return float(
            mpmath.ncdf(mu / 2 - epsilon / mu)
            - mpmath.exp(epsilon) * mpmath.ncdf(-mu / 2 - epsilon / mu)
        )


@pytest.mark.parametrize(
    ("sigma", "steps", "delta"), [(0.7, 1, 1e-5), (3, 10, 1e-6), (0.3, 24, 1e-5), (20, 1, 1e-3)]
)
def test_without_sampling_the_accounts_are_the_gaussian_mechanism(sigma, steps, delta):
    mu = math.sqrt(steps) / sigma
    unamplified = epsilon_without_amplification(sigma, steps, delta)
    assert gaussian_delta(unamplified, mu) == pytest.approx(delta, rel=1e-6)
    assert epsilon_by_pld(sigma, 1, steps, delta) == pytest.approx(unamplified, rel=1e-3)
    twice_as_sensitive = epsilon_without_amplification(sigma / 2, steps, delta)
    assert gaussian_delta(twice_as_sensitive, 2 * mu) == pytest.approx(delta, rel=1e-6)
    replace_one = epsilon_by_pld_replace_one(sigma, 1, steps, delta)
    assert replace_one == pytest.approx(twice_as_sensitive, rel=1e-3)


def test_where_delta_alone_covers_it_epsilon_is_zero():
    assert gaussian_delta(0, 0.01) < 0.1
    assert epsilon_without_amplification(100, 1, 0.1) == 0
    assert epsilon_by_pld(100, 0.5, 1, 0.1) == 0
    assert epsilon_by_pld_replace_one(100, 0.5, 1, 0.1) == 0


def composed_epsilons(sigma, pair, steps, delta, interval=5e-5, size=2**19):
    """Epsilon from below and from above: the loss rounded down and up, convolved by FFT."""
    edges = np.linspace(-1 - 11 * sigma, 1 + 11 * sigma, 800_001)
    (upper, cdf), (lower, _) = pair
    middle = (edges[1:] + edges[:-1]) / 2
    loss = np.log(upper(middle)) - np.log(lower(middle))
    half_a_cell = np.abs(np.diff(loss)).max() / 2
    mass = np.diff(cdf(edges))
    found = []
    for rounded in (
        np.floor((loss - half_a_cell) / interval),
        np.ceil((loss + half_a_cell) / interval),
    ):
        one = np.bincount(rounded.astype(int) % size, mass, size)
        composed = np.fft.irfft(np.fft.rfft(one) ** steps, size)
        losses = (np.arange(size) + size // 2) % size - size // 2
        losses = losses * interval

        def excess(epsilon, losses=losses, composed=composed):
            above = losses > epsilon
            return composed[above] @ -np.expm1(epsilon - losses[above]) - delta

        found.append(brentq(excess, 0, losses.max()))
    return found


@pytest.mark.parametrize("account", [epsilon_by_pld, epsilon_by_pld_replace_one])
def test_many_steps_are_the_convolution_of_the_loss(account):
    sigma, q, steps, delta = 0.8, 0.02, 150, 1e-5
    brackets = [composed_epsilons(sigma, pair, steps, delta) for pair in pairs(account, sigma, q)]
    low, high = np.max(brackets, axis=0)
    assert 1 < low < high < 1.02 * low
    assert low < account(sigma, q, steps, delta) < high


@pytest.mark.parametrize(
    "setting",
    [
        (0.7, 0.003, 2000, 1e-5),
        (10, 0.003, 5000, 1e-5),
        (50, 0.003, 5000, 1e-5),
        (1, 0.2, 3, 1e-8),
        (0.15, 0.01, 10, 1e-5),
    ],
)
def test_the_accounts_are_in_order(setting):
    sigma, q, steps, delta = setting
    add_or_remove = epsilon_by_pld(*setting)
    assert 0 < add_or_remove < epsilon_by_rdp(*setting)
    assert add_or_remove < epsilon_by_pld_replace_one(*setting)
    # Replacing is removing and then adding: group privacy bounds it.
    group_delta = (1 + math.exp(add_or_remove)) * delta
    if group_delta < 1:
        assert epsilon_by_pld_replace_one(sigma, q, steps, group_delta) < 2 * add_or_remove


@pytest.mark.parametrize(
    ("sigma", "q", "steps", "interval"),
    [(0.7, 32 / 11_000, 8240, 1e-3), (0.4, 0.3, 30, 1e-3), (3, 0.01, 500, 5e-6), (2, 1, 5, 1e-3)],
)
def test_it_is_no_other_on_another_grid(sigma, q, steps, interval):
    theirs = PLDAccountant(value_discretization_interval=interval)
    theirs.compose(dp_event.SelfComposedDpEvent(poisson_sampled_gaussian(sigma, q), steps))
    assert epsilon_by_pld(sigma, q, steps, 1e-5) == pytest.approx(
        theirs.get_epsilon(1e-5), rel=2e-3
    )


def test_where_the_library_cannot_discretise_there_is_no_finite_epsilon():
    assert epsilon_by_pld(1 / 16, 32 / 48, 2, 1e-5) == math.inf
    assert 300 < epsilon_by_pld_replace_one(1 / 16, 32 / 48, 2, 1e-5) < math.inf


@pytest.mark.parametrize("account", SAMPLED)
def test_epsilon_falls_with_noise_and_grows_with_steps_sampling_and_a_smaller_delta(account):
    setting = {"sampling_probability": 0.01, "steps": 100, "delta": 1e-5}
    levels = [0.1, 0.3, 0.7, 2, 8]
    epsilons = [account(level, **setting) for level in levels]
    assert all(math.isfinite(epsilon) for epsilon in epsilons)
    assert all(more > less for more, less in itertools.pairwise(epsilons))
    for changed in ({"sampling_probability": 0.011}, {"steps": 110}, {"delta": 1e-6}):
        assert account(0.7, **(setting | changed)) > epsilons[2]


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


CALIBRATION = {"delta": 1e-5, "sampling_probability": 0.01, "steps": 400}


@pytest.mark.parametrize("epsilon", [0.05, 1, 8])
def test_the_calibrated_noise_is_the_least_for_its_epsilon(epsilon):
    noise = calibrate_noise_multiplier(epsilon, **CALIBRATION)
    assert epsilon_by_pld(noise, **CALIBRATION) <= epsilon
    assert epsilon_by_pld(0.999 * noise, **CALIBRATION) > epsilon


@pytest.mark.parametrize(
    ("changed", "received", "remedy"),
    [
        ({"epsilon": 0}, "epsilon is 0;", "a finite number above 0"),
        ({"epsilon": -1}, "epsilon is -1;", "a finite number above 0"),
        ({"epsilon": math.inf}, "epsilon is inf;", "a finite number above 0"),
        ({"epsilon": math.nan}, "epsilon is nan;", "a finite number above 0"),
        ({"delta": 0}, "delta is 0;", "above 0 and below 1"),
        ({"delta": 1}, "delta is 1;", "above 0 and below 1"),
        ({"sampling_probability": 0}, "sampling probability is 0;", "above 0 and at most 1"),
        ({"sampling_probability": 1.2}, "sampling probability is 1.2;", "make the batch no larger"),
        ({"steps": 0}, "number of steps is 0;", "train for an epoch"),
        ({"epsilon": 1e9}, "no noise multiplier from 0.1", "give a noise multiplier instead"),
        (
            {"epsilon": 1e-9, "delta": 1e-12},
            "no noise multiplier from 0.1",
            "ask for another",
        ),
    ],
)
def test_an_epsilon_that_cannot_be_had_is_refused_in_one_line(changed, received, remedy):
    with pytest.raises(UserError) as caught:
        calibrate_noise_multiplier(**({"epsilon": 1} | CALIBRATION | changed))
    message = str(caught.value)
    assert received in message
    assert remedy in message
    assert "\n" not in message


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
