"""A training as dp_accounting has it, and the ranges of what describes one."""

import math
from numbers import Integral

from dp_accounting import dp_event


def obvious_epsilon(
    noise_multiplier: float, sampling_probability: float, steps: int, delta: float
) -> float | None:
    """Epsilon where it takes no account: 0 without steps, and else infinite without noise.

    Args:
        noise_multiplier: 0 or more and finite.
        sampling_probability: in (0, 1].
        steps: a whole number, 0 or more.
        delta: in (0, 1).

    Returns:
        That, or None where there are steps and noise.

    Raises:
        ValueError: an argument is out of its range.
    """
    if not 0 <= noise_multiplier < math.inf:
        raise ValueError(f"noise multiplier is {noise_multiplier!r}, not 0 or more")
    if not 0 < sampling_probability <= 1:
        raise ValueError(f"sampling probability is {sampling_probability!r}, not in (0, 1]")
    if not isinstance(steps, Integral) or steps < 0:
        raise ValueError(f"number of steps is {steps!r}, not a whole number from 0")
    if not 0 < delta < 1:
        raise ValueError(f"delta is {delta!r}, not in (0, 1)")
    if steps == 0:
        return 0.0
    return math.inf if noise_multiplier == 0 else None


def poisson_sampled_gaussian(
    noise_multiplier: float, sampling_probability: float, steps: int
) -> dp_event.DpEvent:
    """The steps of a training, each on a Poisson sample; arguments as for `obvious_epsilon`."""
    step = dp_event.PoissonSampledDpEvent(
        sampling_probability, dp_event.GaussianDpEvent(noise_multiplier)
    )
    return dp_event.SelfComposedDpEvent(step, int(steps))
