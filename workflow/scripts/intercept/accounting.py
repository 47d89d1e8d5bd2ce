"""Epsilon of a training by differentially private stochastic gradient descent, by several accounts.

Every step of such a training clips each example's gradient to an l2 norm, adds Gaussian noise to
their sum, and divides by a number that depends on no example (Abadi et al. 2016, arXiv 1607.00133,
algorithm 1). The noise multiplier is the standard deviation of that noise over the clipping norm.
Each epsilon here holds for the whole network after the last step, and after any step before it.

Free of TensorFlow.
"""

import math
from numbers import Integral

import numpy as np
from dp_accounting import dp_event
from dp_accounting.mechanism_calibration import (
    ExplicitBracketInterval,
    LowerEndpointAndGuess,
    NoBracketIntervalFoundError,
    NoOptimumFoundError,
    calibrate_dp_mechanism,
)
from dp_accounting.pld import PLDAccountant, pld_pmf
from dp_accounting.pld.privacy_loss_distribution import PrivacyLossDistribution
from dp_accounting.privacy_accountant import NeighboringRelation
from dp_accounting.rdp import RdpAccountant
from scipy.optimize import brentq
from scipy.special import log_ndtr, ndtr
from scipy.stats import norm

from intercept.errors import UserError

# The Rényi orders of TensorFlow Privacy's compute_dp_sgd_privacy in 2020, which the post called.
_ORDERS_OF_THE_POST = [1 + k / 10 for k in range(1, 100)] + list(range(12, 64))
POST_DELTA = 1e-5

_LEAST_NOISE = 0.1  # a noise multiplier below which no calibration looks
_TOLERANCE = 5e-4  # of the calibrated noise multiplier, relative
_TAIL = 0.5 * math.exp(-50)  # of the noise; the same share of each step is counted as infinite loss


def epsilon_by_pld(
    noise_multiplier: float, sampling_probability: float, steps: int, delta: float
) -> float:
    """Epsilon of Poisson-sampled training by its privacy loss distribution, add or remove one.

    Tight: the dominating pairs of the Poisson-subsampled Gaussian mechanism are
    N(0, σ²) against (1 − q) N(0, σ²) + q N(1, σ²), and the reverse (Zhu, Dong and Wang 2022,
    arXiv 2106.08567, theorem 11), each composed with itself and the larger epsilon taken.
    The loss is discretised pessimistically (Doroshenko et al. 2022, arXiv 2207.04380), which adds
    about a ten-thousandth to epsilon or less, for noise multipliers from 0.1.

    Args:
        noise_multiplier: 0 or more.
        sampling_probability: of each example in each step, independently, in (0, 1].
        steps: 0 or more.
        delta: in (0, 1); below about 1e-12 rounding errors of the convolution show.

    Returns:
        Epsilon, 0 without steps and else infinite without noise. Infinite, too, where
        dp_accounting fails to discretise the loss, as it may for noise multipliers below 0.1;
        epsilon is then in the hundreds.

    Raises:
        ValueError: an argument is out of its range.
    """
    _check(noise_multiplier, sampling_probability, steps, delta)
    if steps == 0:
        return 0.0
    if noise_multiplier == 0:
        return math.inf
    try:
        accountant = _pld_accountant(noise_multiplier, sampling_probability, steps)
        accountant.compose(_poisson_sampled_gaussian(noise_multiplier, sampling_probability, steps))
        return float(accountant.get_epsilon(delta))
    except ValueError:
        return math.inf


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
    _check(noise_multiplier, sampling_probability, steps, delta)
    if steps == 0:
        return 0.0
    if noise_multiplier == 0:
        return math.inf
    step = (noise_multiplier, sampling_probability)
    reach = _reach(noise_multiplier)
    interval = _interval(*step, steps)
    lowest = math.floor(-_replace_one_loss(reach, *step) / interval)
    highest = math.ceil(_replace_one_loss(1 + reach, *step) / interval)
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
        log_rest = _log_rest(q)
        # log((1 − q)/q · e^{1/2σ²} · sinh(ε/2)), as the factor in the middle can overflow
        log_argument = log_rest - math.log(2 * q) + 0.5 / sigma**2 + log_expm1 - eps / 2
    x = sigma**2 * (eps / 2 + _arsinh_of_exp(log_argument))
    without = np.exp(log_rest + log_expm1 + log_ndtr(-x / sigma))
    gain = ndtr((1 - x) / sigma) - np.exp(eps + log_ndtr((-1 - x) / sigma))
    deltas = q * gain - without
    # H(e^−ε) = 1 − e^−ε + e^−ε H(e^ε), since the pair is its own mirror image.
    return np.where(np.asarray(epsilons) < 0, -np.expm1(-eps) + np.exp(-eps) * deltas, deltas)


def epsilon_by_rdp(
    noise_multiplier: float, sampling_probability: float, steps: int, delta: float
) -> float:
    """Epsilon of Poisson-sampled training by Rényi differential privacy, add or remove one.

    Rényi differential privacy of the Poisson-subsampled Gaussian mechanism (Mironov, Talwar and
    Zhang 2019, arXiv 1908.10530) at the default orders of dp_accounting, converted by Canonne,
    Kamath and Steinke 2020, arXiv 2004.00010, proposition 12. An upper bound that is not tight.

    Args:
        noise_multiplier: 0 or more.
        sampling_probability: of each example in each step, independently, in (0, 1].
        steps: 0 or more.
        delta: in (0, 1).

    Returns:
        Epsilon, 0 without steps and else infinite without noise.

    Raises:
        ValueError: an argument is out of its range.
    """
    _check(noise_multiplier, sampling_probability, steps, delta)
    if steps == 0:
        return 0.0
    if noise_multiplier == 0:
        return math.inf
    accountant = RdpAccountant()
    accountant.compose(_poisson_sampled_gaussian(noise_multiplier, sampling_probability, steps))
    return float(accountant.get_epsilon(delta))


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
    _check(noise_multiplier, 1, uses, delta)
    if uses == 0:
        return 0.0
    if noise_multiplier == 0:
        return math.inf
    mu = math.sqrt(uses) / noise_multiplier

    def log_delta(epsilon: float) -> float:
        upper, lower = log_ndtr(mu / 2 - epsilon / mu), log_ndtr(-mu / 2 - epsilon / mu)
        return float(upper + np.log(-np.expm1(epsilon + lower - upper)))

    if log_delta(0) <= math.log(delta):
        return 0.0
    enough = mu**2 / 2 - mu * norm.ppf(delta)  # where the first term alone is delta
    return float(brentq(lambda epsilon: log_delta(epsilon) - math.log(delta), 0, enough))


def epsilon_as_the_post_computed(
    noise_multiplier: float, images: int, batch_size: int, epochs: int, delta: float = POST_DELTA
) -> float:
    """Epsilon by the accounting of the post and its time.

    Rényi differential privacy of the Poisson-subsampled Gaussian mechanism (Mironov, Talwar and
    Zhang 2019, arXiv 1908.10530), add or remove one record, converted by
    ε = min over α of RDP(α) + log(1/δ)/(α − 1) (Mironov 2017, arXiv 1702.07476, proposition 3).

    Args:
        noise_multiplier: standard deviation of the noise over the clipping norm, 0 or more.
        images: the number of records that the accounting assumes.
        batch_size: images in a step; the sampling probability is batch_size / images.
        epochs: passes; the steps are ⌈epochs × images / batch_size⌉.
        delta: in (0, 1).

    Returns:
        Epsilon, 0 without epochs and else infinite without noise.
    """
    steps = math.ceil(epochs * images / batch_size)
    if steps == 0:
        return 0.0
    if noise_multiplier == 0:
        return math.inf
    accountant = RdpAccountant(_ORDERS_OF_THE_POST)
    accountant.compose(_poisson_sampled_gaussian(noise_multiplier, batch_size / images, steps))
    orders = np.asarray(accountant.orders)
    return float(np.min(accountant.rdp - math.log(delta) / (orders - 1)))


def calibrate_noise_multiplier(
    epsilon: float, delta: float, sampling_probability: float, steps: int
) -> float:
    """The smallest noise multiplier whose `epsilon_by_pld` is at most `epsilon`.

    Args:
        epsilon: of Poisson-sampled training, add or remove one; above 0 and finite.
        delta: in (0, 1).
        sampling_probability: of each example in each step, independently, in (0, 1].
        steps: 1 or more. Without a step every noise multiplier gives epsilon 0 and none is the
            answer, so 0 is refused.

    Returns:
        The noise multiplier, above the smallest by a thousandth of it at most.

    Raises:
        UserError: an argument is out of its range, or dp_accounting finds no noise multiplier.
    """
    for holds, received, allowed in (
        (0 < epsilon < math.inf, f"epsilon is {epsilon!r}", "a finite number above 0"),
        (0 < delta < 1, f"delta is {delta!r}", "above 0 and below 1"),
        (
            0 < sampling_probability <= 1,
            f"the sampling probability is {sampling_probability!r}",
            "above 0 and at most 1, so make the batch no larger than the training set",
        ),
        (
            isinstance(steps, Integral) and steps >= 1,
            f"the number of steps is {steps!r}",
            "1 or more, so train for an epoch at least or give a noise multiplier instead",
        ),
    ):
        if not holds:
            raise UserError(f"noise for a given epsilon: {received}; allowed is {allowed}")

    def training(noise_multiplier: float) -> dp_event.DpEvent:
        return _poisson_sampled_gaussian(noise_multiplier, sampling_probability, steps)

    try:
        # Rényi accounting is fast, and never asks for less noise: it brackets the answer.
        enough = calibrate_dp_mechanism(
            RdpAccountant,
            training,
            epsilon,
            delta,
            LowerEndpointAndGuess(_LEAST_NOISE, 1),
            tol=1e-3,
        )
        return calibrate_dp_mechanism(
            lambda: _pld_accountant(enough, sampling_probability, steps),
            training,
            0.9999 * epsilon,  # the discretisation is not quite the same at every noise
            delta,
            ExplicitBracketInterval(max(enough / 4, _LEAST_NOISE), 1.01 * enough),
            tol=_TOLERANCE * enough,
        )
    except (NoBracketIntervalFoundError, NoOptimumFoundError, ValueError) as error:
        raise UserError(
            f"noise for a given epsilon: epsilon is {epsilon!r}, for which no noise multiplier "
            f"from {_LEAST_NOISE:g} was found over {steps} steps; ask for another or give a noise "
            "multiplier instead"
        ) from error


def _check(noise_multiplier: float, sampling_probability: float, steps: int, delta: float) -> None:
    if not 0 <= noise_multiplier < math.inf:
        raise ValueError(f"noise multiplier is {noise_multiplier!r}, not 0 or more")
    if not 0 < sampling_probability <= 1:
        raise ValueError(f"sampling probability is {sampling_probability!r}, not in (0, 1]")
    if not isinstance(steps, Integral) or steps < 0:
        raise ValueError(f"number of steps is {steps!r}, not a whole number from 0")
    if not 0 < delta < 1:
        raise ValueError(f"delta is {delta!r}, not in (0, 1)")


def _poisson_sampled_gaussian(
    noise_multiplier: float, sampling_probability: float, steps: int
) -> dp_event.DpEvent:
    step = dp_event.PoissonSampledDpEvent(
        sampling_probability, dp_event.GaussianDpEvent(noise_multiplier)
    )
    return dp_event.SelfComposedDpEvent(step, int(steps))


def _pld_accountant(
    noise_multiplier: float, sampling_probability: float, steps: int
) -> PLDAccountant:
    """An accountant as fine as a training with this much noise needs."""
    interval = _interval(noise_multiplier, sampling_probability, steps)
    return PLDAccountant(NeighboringRelation.ADD_OR_REMOVE_ONE, interval)


def _interval(noise_multiplier: float, sampling_probability: float, steps: int) -> float:
    """The distance between two losses of the discretised distribution.

    A thirtieth of one step's standard deviation, about q √(e^{1/σ²} − 1), is fine enough at any
    noise, where a fixed distance is too coarse at much noise. Where losses are large, with little
    noise or many steps, epsilon is too, and the distance grows so that the arrays stay small.
    """
    sigma, q = noise_multiplier, sampling_probability
    largest = _replace_one_loss(1 + _reach(sigma), sigma, q)
    deviation = min(q * math.sqrt(math.expm1(min(1 / sigma**2, 100))), math.sqrt(q) * largest)
    return max(min(deviation / 30, 1e-3), largest / 1e5, math.sqrt(steps) * deviation / 1e5)


def _reach(noise_multiplier: float) -> float:
    """How far from its mean the noise lies but for a negligible share."""
    return -noise_multiplier * float(norm.ppf(_TAIL))


def _remove_one_loss(x: float, noise_multiplier: float, sampling_probability: float) -> float:
    """log(P/Q) at the output x for P = (1 − q) N(0, σ²) + q N(1, σ²) and Q = N(0, σ²)."""
    towards = math.log(sampling_probability) + (x - 0.5) / noise_multiplier**2
    return float(np.logaddexp(_log_rest(sampling_probability), towards))


def _replace_one_loss(x: float, noise_multiplier: float, sampling_probability: float) -> float:
    """log(P/Q) at the output x for the pair of `epsilon_by_pld_replace_one`."""
    step = (noise_multiplier, sampling_probability)
    return _remove_one_loss(x, *step) - _remove_one_loss(-x, *step)


def _log_rest(sampling_probability: float) -> float:
    return math.log1p(-sampling_probability) if sampling_probability < 1 else -math.inf


def _arsinh_of_exp(exponent: np.ndarray) -> np.ndarray:
    """arsinh(e^u) without overflow."""
    small = np.arcsinh(np.exp(np.minimum(exponent, 0)))
    large = exponent + np.log1p(np.sqrt(1 + np.exp(-2 * np.maximum(exponent, 0))))
    return np.where(exponent > 0, large, small)
