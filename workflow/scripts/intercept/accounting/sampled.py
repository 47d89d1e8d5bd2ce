"""Epsilon of Poisson-sampled training when an example is added or removed."""

import math

import numpy as np
from dp_accounting.pld import PLDAccountant
from dp_accounting.privacy_accountant import NeighboringRelation
from dp_accounting.rdp import RdpAccountant

from intercept.accounting.discretisation import loss_interval
from intercept.accounting.event import obvious_epsilon, poisson_sampled_gaussian

# The Rényi orders of TensorFlow Privacy's compute_dp_sgd_privacy in 2020, which the post called.
_ORDERS_OF_THE_POST = [1 + k / 10 for k in range(1, 100)] + list(range(12, 64))
POST_DELTA = 1e-5


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
    obvious = obvious_epsilon(noise_multiplier, sampling_probability, steps, delta)
    if obvious is not None:
        return obvious
    try:
        accountant = pld_accountant(noise_multiplier, sampling_probability, steps)
        accountant.compose(poisson_sampled_gaussian(noise_multiplier, sampling_probability, steps))
        return float(accountant.get_epsilon(delta))
    except ValueError:
        return math.inf


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
    obvious = obvious_epsilon(noise_multiplier, sampling_probability, steps, delta)
    if obvious is not None:
        return obvious
    accountant = RdpAccountant()
    accountant.compose(poisson_sampled_gaussian(noise_multiplier, sampling_probability, steps))
    return float(accountant.get_epsilon(delta))


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

    Raises:
        ValueError: an argument is out of its range, or the batch larger than the records.
    """
    steps = math.ceil(epochs * images / batch_size)
    sampling_probability = batch_size / images
    obvious = obvious_epsilon(noise_multiplier, sampling_probability, steps, delta)
    if obvious is not None:
        return obvious
    accountant = RdpAccountant(_ORDERS_OF_THE_POST)
    accountant.compose(poisson_sampled_gaussian(noise_multiplier, sampling_probability, steps))
    orders = np.asarray(accountant.orders)
    return float(np.min(accountant.rdp - math.log(delta) / (orders - 1)))


def pld_accountant(
    noise_multiplier: float, sampling_probability: float, steps: int
) -> PLDAccountant:
    """An accountant as fine as a training with this much noise needs."""
    interval = loss_interval(noise_multiplier, sampling_probability, steps)
    return PLDAccountant(NeighboringRelation.ADD_OR_REMOVE_ONE, interval)
