"""The noise that a given epsilon takes."""

import math
from numbers import Integral

from dp_accounting import dp_event
from dp_accounting.mechanism_calibration import (
    ExplicitBracketInterval,
    LowerEndpointAndGuess,
    NoBracketIntervalFoundError,
    NoOptimumFoundError,
    calibrate_dp_mechanism,
)
from dp_accounting.rdp import RdpAccountant

from intercept.accounting.event import poisson_sampled_gaussian
from intercept.accounting.sampled import pld_accountant
from intercept.runtime.errors import UserError

_LEAST_NOISE = 0.1  # a noise multiplier below which no calibration looks
_TOLERANCE = 5e-4  # of the calibrated noise multiplier, relative


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
        return poisson_sampled_gaussian(noise_multiplier, sampling_probability, steps)

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
            lambda: pld_accountant(enough, sampling_probability, steps),
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
