"""A lower bound on epsilon from guesses about canaries, for a mechanism that is known in kind.

Whatever the mechanism, a thousand guesses show no epsilon above 6. Much more can be said where all
but the amount of noise is taken for granted: the number of steps, Poisson sampling, Gaussian noise.
Guesses then contradict noise multipliers, all of those from one on, and the bound is the epsilon
of that one.
"""

import math

from intercept.accounting.sampled import epsilon_by_pld
from intercept.audit.guesses import Guesses
from intercept.audit.trade_off import TradeOff, of_training

_PRECISION = 0.01  # of the noise multiplier, as a share of it
_FACTOR = 16  # how far from the stated one it is looked for


def contradicts(
    guesses: Guesses,
    noise_multiplier: float,
    sampling_probability: float,
    steps: int,
    confidence: float,
) -> bool:
    """Whether guesses contradict a training with Poisson sampling and that much noise.

    Args:
        guesses: of one training.
        noise_multiplier, sampling_probability, steps: as for
            `intercept.audit.trade_off.of_training`.
        confidence: in (0, 1); see `intercept.audit.trade_off.TradeOff.contradicted_by`.

    Returns:
        False, too, for so little noise that dp_accounting finds no curve.
    """
    try:
        curve = of_training(noise_multiplier, sampling_probability, steps)
    except ValueError:
        return False
    return curve.contradicted_by(guesses, confidence)


def epsilon_lower_bound(
    guesses: Guesses,
    noise_multiplier: float,
    sampling_probability: float,
    steps: int,
    delta: float,
    confidence: float,
) -> float:
    """The epsilon of the least noise that guesses contradict, to 1% of the noise multiplier.

    Args:
        guesses: of one training.
        noise_multiplier: as stated, above 0; where the search begins.
        sampling_probability: in (0, 1], taken for granted.
        steps: 1 or more, taken for granted.
        delta: in (0, 1).
        confidence: in (0, 1).

    Returns:
        Epsilon; 0 where the guesses contradict nothing, or nothing but noise of more than 16 times
        the stated multiplier.
    """
    if not TradeOff([0], [0]).contradicted_by(guesses, confidence):
        return 0.0
    # The logarithm of a multiplier that is not contradicted, and of one that is.
    less, more = math.log(noise_multiplier / _FACTOR), math.log(noise_multiplier * _FACTOR)
    training = (sampling_probability, steps)
    if not contradicts(guesses, math.exp(more), *training, confidence):
        return 0.0
    while more - less > _PRECISION:
        middle = (less + more) / 2
        if contradicts(guesses, math.exp(middle), *training, confidence):
            more = middle
        else:
            less = middle
    return epsilon_by_pld(math.exp(more), *training, delta)
