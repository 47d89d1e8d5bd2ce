"""A lower bound on epsilon from guesses about canaries, whatever the mechanism.

Canaries are in the training set with probability ½ each, by independent coins, and every guess is
made of what an (ε, δ)-differentially private training released. The neighbours are add or remove
one, for a coin adds or removes its canary.
"""

import numpy as np
from scipy.optimize import brentq
from scipy.special import expit
from scipy.stats import binom

from intercept.audit.guesses import Guesses

_MOST = 64.0  # an epsilon that no number of canaries reaches: 2^64 of them would be few


def p_value(guesses: Guesses, epsilon: float, delta: float) -> float:
    """An upper bound on the probability of v correct guesses or more, if the training is (ε, δ)-DP.

    Steinke, Nasr and Jagielski 2023, arXiv 2305.08846, theorem 5.2 and appendix D:

        P[correct ≥ v] ≤ P[W ≥ v] + 2 m δ max over i in 1..v of P[v > W ≥ v − i] / i

    with W binomial, of as many trials as guesses and of probability e^ε / (1 + e^ε).

    Args:
        guesses: m canaries, and v correct guesses.
        epsilon: 0 or more.
        delta: in [0, 1).

    Returns:
        In [0, 1].
    """
    right = expit(epsilon)
    at_least = binom.sf(guesses.correct - 1, guesses.made, right)
    fewer = np.arange(1, guesses.correct + 1)
    just_below = binom.sf(guesses.correct - fewer - 1, guesses.made, right) - at_least
    worst = np.max(just_below / fewer, initial=0)
    return float(min(1, at_least + 2 * guesses.canaries * delta * worst))


def epsilon_lower_bound(guesses: Guesses, delta: float, confidence: float) -> float:
    """The largest epsilon that the guesses contradict.

    Args:
        guesses: of one training.
        delta: in [0, 1).
        confidence: in (0, 1): of trainings that are (ε, δ)-private, no smaller share has a bound
            of at most ε.

    Returns:
        0 or more; 0, too, where nothing is contradicted.
    """
    level = 1 - confidence

    def above(epsilon: float) -> float:
        return p_value(guesses, epsilon, delta) - level

    if above(0) >= 0:
        return 0.0
    return float(brentq(above, 0, _MOST, xtol=1e-6))


def largest_epsilon(canaries: int, delta: float, confidence: float) -> float:
    """What so many canaries can show at most: the bound if every guess about all were right."""
    return epsilon_lower_bound(Guesses(canaries, canaries, canaries), delta, confidence)
