"""How weak a defence may be that still promises what is asked for."""

import math

from scipy.optimize import brentq
from scipy.stats import norm

from intercept.bounds.promise import noise_promise

_ROUNDING = 1e-9


def largest_ratio(
    identified: float, among: int, dimensions: int, equal_norms: bool = False
) -> float:
    """The largest r = √K·R/σ at which noise promises that nobody picks the input out more often.

    Args:
        identified: how often at most, above 1 / `among` and below 1.
        among: N equally likely candidates, at least 2.
        dimensions: how many numbers cross the wire, at least 1.
        equal_norms: whether every signal has norm R exactly; see
            `intercept.bounds.promise.noise_promise`.

    Returns:
        r, at which the promise is `identified` or less by a thousandth of it at most.

    Raises:
        ValueError: guessing has as much.
    """
    if identified * among <= 1:
        raise ValueError(f"{identified:g} among {among} is what guessing has, or less")

    def above(ratio: float) -> float:
        return float(noise_promise(among, ratio, dimensions, equal_norms)) - identified

    # Without a number of dimensions the bound is Φ(Φ⁻¹(1/N) + r), and with one no more than that.
    low = float(norm.ppf(identified) - norm.ppf(1 / among))
    while above(low) > 0:  # where the two are the same but for rounding, as with many dimensions
        low *= 1 - 1e-6
    high = 2 * low
    while above(high) <= 0:
        low, high = high, 2 * high
    ratio = float(brentq(above, low, high, rtol=1e-6))
    while above(ratio) > 0:
        ratio *= 1 - 1e-6
    return ratio


def most_messages(identified: float, among: int, epsilon: float | None = None) -> int:
    """The largest M for which the promise of M messages is no more than what is asked for.

    See `intercept.bounds.promise.message_promise`, M/N, and with randomised response
    `intercept.bounds.promise.response_promise` of one reading, which grows with M up to N.

    Args:
        identified: how often at most, in (0, 1).
        among: N equally likely candidates, at least 2.
        epsilon: of randomised response, above 0; None without.
    """
    share = identified * (1 + _ROUNDING)
    if epsilon is None:
        return math.floor(share * among)
    # M p = M / (1 + (M − 1) e^−ε) ≤ share · N, for M up to N.
    shrunk, most = math.exp(-epsilon), share * among
    left = 1 - most * shrunk
    return math.floor(min(most * (1 - shrunk) / left, among)) if left > 0 else among
