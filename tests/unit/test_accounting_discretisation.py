"""Accounts by the discretised privacy loss, beside integrals and convolutions of it."""

import math

import numpy as np
import pytest
import scipy.stats
from dp_accounting import dp_event
from dp_accounting.pld import PLDAccountant
from scipy.optimize import brentq

from intercept.accounting.replace_one import epsilon_by_pld_replace_one
from intercept.accounting.sampled import epsilon_by_pld


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
    ("sigma", "q", "steps", "interval"),
    [(0.7, 32 / 11_000, 8240, 1e-3), (0.4, 0.3, 30, 1e-3), (3, 0.01, 500, 5e-6), (2, 1, 5, 1e-3)],
)
@pytest.mark.slow
def test_it_is_no_other_on_another_grid(sigma, q, steps, interval):
    theirs = PLDAccountant(value_discretization_interval=interval)
    theirs.compose(dp_event.SelfComposedDpEvent(poisson_sampled_gaussian(sigma, q), steps))
    assert epsilon_by_pld(sigma, q, steps, 1e-5) == pytest.approx(
        theirs.get_epsilon(1e-5), rel=2e-3
    )


def test_where_the_library_cannot_discretise_there_is_no_finite_epsilon():
    assert epsilon_by_pld(1 / 16, 32 / 48, 2, 1e-5) == math.inf
    assert 300 < epsilon_by_pld_replace_one(1 / 16, 32 / 48, 2, 1e-5) < math.inf
