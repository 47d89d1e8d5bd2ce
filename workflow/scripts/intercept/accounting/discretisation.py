"""The privacy loss of a step, and how finely its distribution is to be discretised."""

import math

import numpy as np
from scipy.stats import norm

_TAIL = 0.5 * math.exp(-50)  # of the noise; the same share of each step is counted as infinite loss


def loss_interval(noise_multiplier: float, sampling_probability: float, steps: int) -> float:
    """The distance between two privacy losses of the discretised distribution.

    A thirtieth of one step's standard deviation, about q √(e^{1/σ²} − 1), is fine enough at any
    noise, where a fixed distance is too coarse at much noise. Where losses are large, with little
    noise or many steps, epsilon is too, and the distance grows so that the arrays stay small.

    Args:
        noise_multiplier: σ, above 0.
        sampling_probability: q, in (0, 1].
        steps: 1 or more.
    """
    sigma, q = noise_multiplier, sampling_probability
    largest = replace_one_loss(1 + noise_reach(sigma), sigma, q)
    deviation = min(q * math.sqrt(math.expm1(min(1 / sigma**2, 100))), math.sqrt(q) * largest)
    return max(min(deviation / 30, 1e-3), largest / 1e5, math.sqrt(steps) * deviation / 1e5)


def noise_reach(noise_multiplier: float) -> float:
    """How far from its mean the noise lies but for a negligible share, in clipping norms."""
    return -noise_multiplier * float(norm.ppf(_TAIL))


def remove_one_loss(
    x: float | np.ndarray, noise_multiplier: float, sampling_probability: float
) -> np.ndarray:
    """log(P/Q) at the outputs x for P = (1 − q) N(0, σ²) + q N(1, σ²) and Q = N(0, σ²)."""
    towards = math.log(sampling_probability) + (x - 0.5) / noise_multiplier**2
    return np.logaddexp(log_rest(sampling_probability), towards)


def replace_one_loss(x: float, noise_multiplier: float, sampling_probability: float) -> float:
    """log(P/Q) at the output x for the pair of `replace_one.epsilon_by_pld_replace_one`."""
    step = (noise_multiplier, sampling_probability)
    return float(remove_one_loss(x, *step) - remove_one_loss(-x, *step))


def log_rest(sampling_probability: float) -> float:
    """log(1 − q), the logarithm of the chance that a step does without an example."""
    return math.log1p(-sampling_probability) if sampling_probability < 1 else -math.inf
