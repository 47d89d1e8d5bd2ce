"""The divergence of one step when one example takes the place of another."""

import mpmath
import numpy as np
import pytest

from intercept.accounting.replace_one import replace_one_hockey_stick


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
