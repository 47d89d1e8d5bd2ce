"""Epsilon of Poisson-sampled training when one example takes the place of another."""

import math

import numpy as np
from dp_accounting.pld import pld_pmf
from dp_accounting.pld.privacy_loss_distribution import PrivacyLossDistribution
from scipy.special import log_ndtr, ndtr

from intercept.accounting.discretisation import (
    log_rest,
    loss_interval,
    noise_reach,
    replace_one_loss,
)
from intercept.accounting.event import obvious_epsilon


def epsilon_by_pld_replace_one(
    noise_multiplier: float, sampling_probability: float, steps: int, delta: float
) -> float:
    """Epsilon of Poisson-sampled training by its privacy loss distribution, replace one.

    The pair is P = (1 − q) N(0, σ²) + q N(1, σ²) against its mirror image
    Q = (1 − q) N(0, σ²) + q N(−1, σ²): one example out, another in whose clipped gradient points
    the opposite way. It dominates every step and is attained, so this is tight (Schuchardt et al.
    2024, arXiv 2403.04867, theorem 3.8 for one removal and one insertion). In short: for examples
    with clipped gradients g and h, both of norm 1 at most in units of the clipping norm, the
    hockey-stick divergence at e^ε >= 1 is E max(0, q − q e^ε Y₁ − (e^ε − 1)(1 − q) Y₂) over two
    log-normals of mean 1 whose logarithms have the covariance [[|g − h|², ⟨g − h, g⟩],
    [⟨g − h, g⟩, |g|²]] / σ². That expectation grows with every entry, since the function is
    convex in each of Y₁, Y₂ and its mixed derivative is not negative, and h = −g with |g| = 1
    makes all three entries largest at once. The case e^ε < 1 follows by symmetry. A dominating
    pair of the step, composed with itself, dominates the adaptive composition (Zhu, Dong and Wang
    2022, arXiv 2106.08567, theorem 10).

    Args:
        noise_multiplier: 0 or more.
        sampling_probability: of each example in each step, independently, in (0, 1].
        steps: 0 or more.
        delta: in (0, 1); below about 1e-12 rounding errors of the convolution show.

    Returns:
        Epsilon, 0 without steps and else infinite without noise.

    Raises:
        ValueError: an argument is out of its range.
    """
    obvious = obvious_epsilon(noise_multiplier, sampling_probability, steps, delta)
    if obvious is not None:
        return obvious
    step = (noise_multiplier, sampling_probability)
    reach = noise_reach(noise_multiplier)
    interval = loss_interval(*step, steps)
    lowest = math.floor(-replace_one_loss(reach, *step) / interval)
    highest = math.ceil(replace_one_loss(1 + reach, *step) / interval)
    deltas = replace_one_hockey_stick(np.arange(lowest, highest + 1) * interval, *step)
    # Rounding can make a divergence exceed its left neighbour by a few units in the last place.
    deltas = np.maximum.accumulate(np.clip(deltas, 0, 1)[::-1])[::-1]
    losses = pld_pmf.create_pmf_pessimistic_connect_dots_fixed_gap(
        interval, lowest, highest, deltas
    )
    composed = PrivacyLossDistribution(losses).self_compose(int(steps))
    return float(composed.get_epsilon_for_delta(delta))


def replace_one_hockey_stick(
    epsilons: np.ndarray, noise_multiplier: float, sampling_probability: float
) -> np.ndarray:
    """The delta of one step for each epsilon, replace one.

    That is ∫ max(0, P − e^ε Q) for the pair of `epsilon_by_pld_replace_one`. The loss log(P/Q) is
    an increasing and odd function of the output x, whose inverse is
    x = σ² (ε/2 + arsinh((1 − q)/q · e^{1/2σ²} · sinh(ε/2))).

    Args:
        epsilons: float [k], of either sign.
        noise_multiplier: above 0.
        sampling_probability: in (0, 1].

    Returns:
        float [k], in [0, 1] up to rounding.
    """
    sigma, q = noise_multiplier, sampling_probability
    eps = np.abs(np.asarray(epsilons, dtype=float))
    with np.errstate(divide="ignore"):  # the logarithm of 0, at epsilon 0
        log_expm1 = eps + np.log(-np.expm1(-eps))
        log_unsampled = log_rest(q)
        # log((1 − q)/q · e^{1/2σ²} · sinh(ε/2)), as the factor in the middle can overflow
        log_argument = log_unsampled - math.log(2 * q) + 0.5 / sigma**2 + log_expm1 - eps / 2
    x = sigma**2 * (eps / 2 + _arsinh_of_exp(log_argument))
    without = np.exp(log_unsampled + log_expm1 + log_ndtr(-x / sigma))
    gain = ndtr((1 - x) / sigma) - np.exp(eps + log_ndtr((-1 - x) / sigma))
    deltas = q * gain - without
    # H(e^−ε) = 1 − e^−ε + e^−ε H(e^ε), since the pair is its own mirror image.
    return np.where(np.asarray(epsilons) < 0, -np.expm1(-eps) + np.exp(-eps) * deltas, deltas)


def _arsinh_of_exp(exponent: np.ndarray) -> np.ndarray:
    """arsinh(e^u) without overflow."""
    small = np.arcsinh(np.exp(np.minimum(exponent, 0)))
    large = exponent + np.log1p(np.sqrt(1 + np.exp(-2 * np.maximum(exponent, 0))))
    return np.where(exponent > 0, large, small)
