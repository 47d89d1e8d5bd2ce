"""Without sampling every account is that of the Gaussian mechanism."""

import math

import mpmath
import pytest

from intercept.accounting.replace_one import epsilon_by_pld_replace_one
from intercept.accounting.sampled import epsilon_by_pld
from intercept.accounting.unamplified import epsilon_without_amplification


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
