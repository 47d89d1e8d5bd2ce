"""What can be promised of a wire for any candidates: bounds that hold whatever is sent."""

import math

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.stats import ncx2, norm

from intercept.wire.randomised_response import probabilities

# Squared deviation of the auxiliary noise beyond 1, as a multiple of ratio² / dimensions, at which
# it has the variance of the best signals: the least bound was always found near there.
_SPREAD = (1e-2, 1e3)

# Above it SciPy's noncentral χ² loses digits, and what it would give is the Gaussian limit.
_NONCENTRALITY = 1e6
_EXACT_BITS = 50  # below, a float holds every whole number of messages


def noise_promise(
    candidates: np.ndarray | int,
    ratio: float,
    dimensions: int,
    equal_norms: bool = False,
) -> np.ndarray:
    """The most with which anybody can pick the input out of any N candidates behind noise.

    It holds for every set of N equally likely candidates whose signals have a norm of at most R
    about a centre that is public, for every attacker who has K readings of one input, each with
    fresh noise N(0, σ²) in every number that nobody can predict.

    In units of σ/√K an attacker sees y ~ P_x = N(x, I), |x| ≤ r = √K·R/σ, and names one of the N.
    For any distribution Q the probabilities Q(D_i) of the regions in which i is named sum to 1 at
    most, and P_i(D_i) is at most f(Q(D_i)), the power of the Neyman–Pearson test of that level
    between P_i and Q. Power is concave and increasing in the level: where f is the same for all i,
    the mean of P_i(D_i) is at most f(1/N) (the meta-converse of Polyanskiy, Poor and Verdú 2010,
    "Channel coding rate in the finite blocklength regime", IEEE Trans. Inf. Theory 56, theorem
    27). With Q = N(0, s²I), s > 1, f depends on the norm of x alone. Signals of unequal norms get
    one added dimension that brings all of them to norm r; an attacker who sees it too is no weaker.

    The likelihood ratio of P_x to Q falls with |y − x/a|², a = 1 − 1/s². With v = s² − 1 and D
    dimensions this is a noncentral χ²_D under P_x, noncentrality r²/v², and s² times one under Q,
    noncentrality r²s²/v²: both errors are closed forms. Every s gives a bound, and the least is
    taken. As s falls to 1 it becomes Φ(Φ⁻¹(1/N) + r) (Hayes, Mahloujifar and Balle 2023, arXiv
    2302.07225; Kaissis et al. 2023, arXiv 2307.03928), which needs no number of dimensions.

    Args:
        candidates: N, at least 1; any shape.
        ratio: r = √K·R/σ, at least 0.
        dimensions: how many numbers cross the wire, at least 1.
        equal_norms: whether every signal has norm R exactly, as on a sphere.

    Returns:
        float64 of the shape of `candidates`, in (0, 1].
    """
    sizes, inverse = np.unique(np.asarray(candidates), return_inverse=True)
    seen = dimensions if equal_norms else dimensions + 1
    bounds = np.array([_least(int(size), ratio, seen) for size in sizes])
    return bounds[inverse].reshape(np.shape(candidates))


def _least(candidates: int, ratio: float, dimensions: int) -> float:
    if candidates == 1:
        return 1.0
    bound = float(norm.cdf(norm.ppf(1 / candidates) + ratio))
    if not ratio > 0:
        return bound
    usual = ratio**2 / dimensions
    # r²(1 + v)/v² is at most the limit from this v on.
    least = (ratio**2 + ratio * math.sqrt(ratio**2 + 4 * _NONCENTRALITY)) / (2 * _NONCENTRALITY)
    low, high = max(_SPREAD[0] * usual, least), _SPREAD[1] * usual
    if low < high:
        found = minimize_scalar(
            lambda logarithm: _power(candidates, ratio, dimensions, math.exp(logarithm)),
            bounds=(math.log(low), math.log(high)),
            method="bounded",
        )
        bound = min(bound, float(found.fun))
    return bound


def _power(candidates: int, ratio: float, dimensions: int, excess: float) -> float:
    """Power of the test of level 1/N between P_x and N(0, (1 + `excess`)·I), |x| = `ratio`."""
    squared = 1 + excess
    threshold = squared * ncx2.ppf(1 / candidates, dimensions, ratio**2 * squared / excess**2)
    power = ncx2.cdf(threshold, dimensions, ratio**2 / excess**2)
    return float(power) if np.isfinite(power) else 1.0


def message_promise(candidates: np.ndarray | int, bits: float) -> np.ndarray:
    """The most with which anybody can pick the input out of any N candidates by few messages.

    M/N for a wire that can carry M different messages. Of each message that it may see an attacker
    names one candidate, so that at most M of the N equally likely ones are ever named. Readings
    beyond the first say nothing new where the message follows from the input.

    Args:
        candidates: N, at least 1; any shape.
        bits: log₂ M, at least 0.

    Returns:
        float64 of the shape of `candidates`, in (0, 1].
    """
    several = np.asarray(candidates, np.float64)
    if bits < _EXACT_BITS:  # M is whole, so that M/N is the very share that M was chosen for
        return np.minimum(np.round(np.exp2(bits)) / several, 1)
    # By logarithms: M may be far beyond what a float holds.
    return np.exp2(np.minimum(bits - np.log2(several), 0))


def response_promise(
    candidates: np.ndarray | int, words: int, epsilon: float, readings: int = 1
) -> np.ndarray:
    """The most with which anybody can pick the input out of any N candidates by random answers.

    Of one reading the best rule names a candidate whose own codeword it is, if there is one, and
    wins most where all candidates differ: (min(N, M) p + max(M − N, 0) q) / N, with probabilities
    p and q of `intercept.wire.randomised_response`. K readings together are Kε-locally
    differentially private: of every outcome no candidate has more than e^Kε / (e^Kε + N − 1) of the
    probability that all N have, and so no rule is right more often. Nor does any number of readings
    tell more than the codeword, which promises M/N.

    Args:
        candidates: N, at least 1; any shape.
        words: M, at least 2.
        epsilon: of one reading, above 0.
        readings: K, at least 1.

    Returns:
        float64 of the shape of `candidates`, in (0, 1].
    """
    number = np.asarray(candidates, np.float64)
    if readings == 1:
        own, other = probabilities(words, epsilon)
        return (np.minimum(number, words) * own + np.maximum(words - number, 0) * other) / number
    private = 1 / (1 + (number - 1) * math.exp(-readings * epsilon))
    return np.minimum(private, np.minimum(words / number, 1))
