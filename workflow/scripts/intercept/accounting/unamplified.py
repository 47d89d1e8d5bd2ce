"""Epsilon of training whose samples are known."""

import math

import numpy as np
from scipy.optimize import brentq
from scipy.special import log_ndtr
from scipy.stats import norm

from intercept.accounting.event import obvious_epsilon


def epsilon_without_amplification(noise_multiplier: float, uses: int, delta: float) -> float:
    """Epsilon for an example that is known to be in `uses` steps: no amplification by sampling.

    The composition of `uses` Gaussian mechanisms of sensitivity 1 is one with the noise multiplier
    σ/√uses, whose delta is Φ(μ/2 − ε/μ) − e^ε Φ(−μ/2 − ε/μ) with μ = √uses/σ (Balle and Wang 2018,
    arXiv 1805.06530, theorem 8; Dong, Roth and Su 2019, arXiv 1905.02383, corollary 3.3).

    For passes over the training set in an order that does not depend on the images, `uses` is the
    number of passes and this is an upper bound, also when the order is known; adding or removing
    an example then means that its place in the batch is left empty. Under Poisson sampling the
    number of steps that an example is in is random: with `uses` its expectation, this is what
    holds for an example that was drawn as often as expected once the samples are known. It is no
    bound, and shows how much of the guarantee rests on the samples being secret.

    Args:
        noise_multiplier: 0 or more.
        uses: steps that the example is in, 0 or more.
        delta: in (0, 1).

    Returns:
        Epsilon, 0 without uses and else infinite without noise.

    Raises:
        ValueError: an argument is out of its range.
    """
    obvious = obvious_epsilon(noise_multiplier, 1, uses, delta)
    if obvious is not None:
        return obvious
    mu = math.sqrt(uses) / noise_multiplier

    def log_delta(epsilon: float) -> float:
        upper, lower = log_ndtr(mu / 2 - epsilon / mu), log_ndtr(-mu / 2 - epsilon / mu)
        return float(upper + np.log(-np.expm1(epsilon + lower - upper)))

    if log_delta(0) <= math.log(delta):
        return 0.0
    enough = mu**2 / 2 - mu * norm.ppf(delta)  # where the first term alone is delta
    return float(brentq(lambda epsilon: log_delta(epsilon) - math.log(delta), 0, enough))
