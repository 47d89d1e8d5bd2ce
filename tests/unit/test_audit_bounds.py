"""Lower bounds on epsilon from guesses about canaries: exact sums, a linear program, coverage."""

import math

import mpmath
import numpy as np
import pytest
from scipy.optimize import brentq, linprog
from scipy.stats import binom, norm

from intercept.accounting.sampled import epsilon_by_pld
from intercept.audit import any_mechanism, this_mechanism
from intercept.audit.guesses import Canaries, Guesses, guess
from intercept.audit.simulation import best_number_of_guesses, simulated_canaries
from intercept.audit.trade_off import TradeOff, of_training

POST = {"sampling_probability": 32 / 11_000, "steps": 6880}
DELTA = 1e-5


def exact_p_value(canaries, made, correct, epsilon, delta):
    """The theorem's sums, term by term in 50 digits."""
    with mpmath.workdps(50):
        right = 1 / (1 + mpmath.exp(-mpmath.mpf(epsilon)))
        mass = [
            mpmath.binomial(made, k) * right**k * (1 - right) ** (made - k) for k in range(made + 1)
        ]
        worst = max(
            (mpmath.fsum(mass[correct - i : correct]) / i for i in range(1, correct + 1)),
            default=mpmath.mpf(0),
        )
        return float(min(1, mpmath.fsum(mass[correct:]) + 2 * canaries * delta * worst))


@pytest.mark.parametrize(
    ("canaries", "made", "correct", "epsilon", "delta"),
    [
        (40, 40, 31, 0.7, 0.0),
        (40, 12, 12, 1.5, 1e-3),
        (200, 60, 58, 2.0, 1e-5),
        (200, 200, 0, 0.0, 1e-2),
        (1000, 300, 299, 4.0, 1e-4),
    ],
)
def test_p_values_are_the_theorems_sums(canaries, made, correct, epsilon, delta):
    found = any_mechanism.p_value(Guesses(canaries, made, correct), epsilon, delta)
    assert found == pytest.approx(exact_p_value(canaries, made, correct, epsilon, delta), rel=1e-8)


def test_what_a_number_of_canaries_can_show():
    # Without delta, m right guesses of m have a chance of (e^ε / (1 + e^ε))^m.
    chance = 0.05 ** (1 / 1000)
    known = math.log(chance / (1 - chance))
    assert any_mechanism.largest_epsilon(1000, 0, 0.95) == pytest.approx(known, abs=1e-5)
    with_delta = any_mechanism.largest_epsilon(1000, DELTA, 0.95)
    assert exact_p_value(1000, 1000, 1000, with_delta, DELTA) == pytest.approx(0.05, rel=1e-4)
    assert with_delta < known


def test_randomised_response_is_never_audited_above_its_epsilon_too_often():
    # The mechanism that gives most away: each coin as it is with e^ε / (1 + e^ε), else turned.
    # With a chance of δ for each coin it is shown outright.
    epsilon, delta, canaries = 1.0, 1e-3, 200
    random = np.random.default_rng(1)
    right = 1 / (1 + math.exp(-epsilon))
    correct = random.binomial(canaries, right + delta * (1 - right), size=2000)
    bounds = {
        k: any_mechanism.epsilon_lower_bound(Guesses(canaries, canaries, k), delta, 0.95)
        for k in np.unique(correct)
    }
    above = np.mean([bounds[k] > epsilon for k in correct])
    assert 0 < above <= 0.05


@pytest.mark.parametrize("made", [20, 100, 200])
def test_guesses_at_random_show_something_in_one_of_twenty_audits_at_most(made):
    blind = TradeOff([0.0], [0.0])
    numbers = np.arange(made + 1)
    chances = binom.pmf(numbers, made, 0.5)
    every = [Guesses(200, made, correct) for correct in numbers]
    for delta in (0.0, DELTA):
        shown = [any_mechanism.epsilon_lower_bound(one, delta, 0.95) > 0 for one in every]
        assert 0.01 < chances[shown].sum() <= 0.05
    assert 0.01 < chances[[blind.contradicted_by(one, 0.95) for one in every]].sum() <= 0.05


def test_scores_that_say_nothing_are_guesses_at_random():
    random = np.random.default_rng(2)
    correct = [
        guess(Canaries(random.normal(size=200), random.random(200) < 0.5), 100).correct
        for _ in range(2000)
    ]
    assert np.mean(correct) == pytest.approx(50, abs=0.5)
    assert np.var(correct) == pytest.approx(25, rel=0.15)


def most_likely(curve_lines, guesses):
    """The largest chance of so many correct guesses that the inequalities of the curve allow.

    A linear program over the chances p of each number of correct guesses: for every c,
    Σ_{j ≥ c} j p_j / m ≤ 1 − f(Σ_{j ≥ c−1} (made − j) p_j / m), for every line below f.
    """
    made, canaries = guesses.made, guesses.canaries
    numbers = np.arange(made + 1)
    rows, limits = [], []
    for least in range(1, made + 1):
        right = np.where(numbers >= least, numbers, 0) / canaries
        wrong = np.where(numbers >= least - 1, made - numbers, 0) / canaries
        for intercept, slope in curve_lines:  # f(x) ≥ intercept − slope x
            rows.append(right - slope * wrong)
            limits.append(1 - intercept)
    found = linprog(
        -(numbers >= guesses.correct).astype(float),
        A_ub=rows,
        b_ub=limits,
        A_eq=[np.ones(made + 1)],
        b_eq=[1],
        bounds=(0, 1),
    )
    assert found.status == 0
    return -found.fun


@pytest.mark.parametrize(("made", "correct"), [(20, 17), (20, 20), (12, 11), (8, 8)])
def test_curves_are_contradicted_where_a_linear_program_says_so(made, correct):
    epsilons = np.linspace(0, 4, 15)
    deltas = norm.cdf(-epsilons + 0.5) - np.exp(epsilons) * norm.cdf(-epsilons - 0.5)
    lines = [(1 - d, math.exp(e)) for e, d in zip(epsilons, deltas, strict=True)]
    lines += [(math.exp(-e) * (1 - d), math.exp(-e)) for e, d in zip(epsilons, deltas, strict=True)]
    guesses = Guesses(20, made, correct)
    most = most_likely(lines, guesses)
    curve = TradeOff(epsilons, deltas)
    assert 0.001 < most < 0.9
    assert curve.contradicted_by(guesses, 1 - 1.02 * most)
    assert not curve.contradicted_by(guesses, 1 - 0.98 * most)


@pytest.mark.parametrize("sigma", [0.5, 1.0, 3.0])
def test_the_curve_of_one_step_is_the_gaussian_mechanisms(sigma):
    curve = of_training(sigma, 1.0, 1)
    for right in (0.02, 0.3, 0.5, 0.8, 0.99):
        known = norm.cdf(norm.ppf(right) - 1 / sigma)
        found = curve.least_wrong(right)
        assert 0.97 * known <= found <= known * (1 + 1e-9)


def test_gaussian_noise_is_contradicted_seldom_and_half_of_it_always():
    # One step over everybody, where the noise multiplier is 1.
    random = np.random.default_rng(3)
    stated = of_training(1.0, 1.0, 1)
    contradicted = {1.0: 0, 0.5: 0}
    for _ in range(400):
        for multiplier in contradicted:
            included = random.random(1000) < 0.5
            scores = included + multiplier * random.normal(size=1000)
            guesses = guess(Canaries(scores, included), 500)
            contradicted[multiplier] += stated.contradicted_by(guesses, 0.95)
    assert contradicted[1.0] <= 20
    assert contradicted[0.5] >= 380


def test_the_bound_of_a_known_mechanism_is_below_its_epsilon_and_above_that_of_any():
    simulated = simulated_canaries(1.0, 0.5, 10, 2000, np.random.default_rng(4))
    guesses = guess(simulated, 1000)
    found = this_mechanism.epsilon_lower_bound(guesses, 1.0, 0.5, 10, DELTA, 0.95)
    known = epsilon_by_pld(1.0, 0.5, 10, DELTA)
    assert 0.25 * known < found < known
    assert not this_mechanism.contradicts(guesses, 1.0, 0.5, 10, 0.95)
    assert found > any_mechanism.epsilon_lower_bound(guesses, DELTA, 0.95)


def test_guesses_that_say_nothing_bound_nothing():
    assert this_mechanism.epsilon_lower_bound(Guesses(100, 50, 25), 1.0, 0.5, 10, DELTA, 0.95) == 0


@pytest.mark.slow
def test_audits_of_the_posts_training_reach_what_they_did():
    sigma, at_least = 0.5, 2.5
    made = best_number_of_guesses(sigma, **POST, canaries=1000, delta=DELTA, confidence=0.95)
    generator = np.random.default_rng(5)
    bounds = []
    for _ in range(5):
        simulated = simulated_canaries(sigma, **POST, canaries=1000, generator=generator)
        guesses = guess(simulated, made)
        bounds.append(any_mechanism.epsilon_lower_bound(guesses, DELTA, 0.95))
        assert not this_mechanism.contradicts(guesses, sigma, **POST, confidence=0.95)
    assert np.mean(bounds) >= 0.8 * at_least
    assert max(bounds) < epsilon_by_pld(sigma, **POST, delta=DELTA)
    assert this_mechanism.contradicts(guesses, 2 * sigma, **POST, confidence=0.95)


def test_guesses_go_to_the_ends():
    scores = np.array([5.0, 1.0, 4.0, 0.0, 2.0, 3.0])
    included = np.array([True, False, False, True, True, False])
    canaries = Canaries(scores, included)
    assert guess(canaries, 4) == Guesses(canaries=6, made=4, correct=2)
    with pytest.raises(ValueError, match="neither even nor possible"):
        guess(canaries, 3)
    with pytest.raises(ValueError, match="not a number"):
        guess(Canaries(np.array([np.nan, 1.0]), included[:2]), 2)


# As jax_privacy 2.0.0's `CanaryScoreAuditor` has them at delta 1e-5 and confidence 0.95: the bound
# for any mechanism, and that for a mechanism with the curve of Gaussian noise.
OF_JAX_PRIVACY = [
    (Guesses(1000, 100, 89), 1.5427198, 2.3240219),
    (Guesses(1000, 700, 700), 5.4249281, 11.0390350),
    (Guesses(1000, 1000, 609), 0.3344617, 0.6523627),
    (Guesses(200, 50, 47), 1.7495392, 3.1114079),
]


@pytest.mark.parametrize(("guesses", "of_any", "of_gaussian"), OF_JAX_PRIVACY)
def test_bounds_are_those_of_another_implementation(guesses, of_any, of_gaussian):
    found = any_mechanism.epsilon_lower_bound(guesses, DELTA, 0.95)
    assert found == pytest.approx(of_any, abs=1e-5)

    def delta(epsilon, sigma):  # Balle and Wang 2018, theorem 8
        half = 0.5 / sigma
        return norm.cdf(half - epsilon * sigma) - np.exp(epsilon) * norm.cdf(
            -half - epsilon * sigma
        )

    for factor, contradicted in ((0.99, True), (1.01, False)):
        stated = factor * of_gaussian
        sigma = brentq(lambda sigma: delta(stated, sigma) - DELTA, 0.01, 100)  # noqa: B023
        epsilons = np.linspace(0, 1.6 * stated + 3, 3000)
        curve = TradeOff(epsilons, np.maximum(0, delta(epsilons, sigma)))
        assert curve.contradicted_by(guesses, 0.95) == contradicted
