"""The delta of truncated Gaussian noise."""

import math

from scipy.stats import norm


def delta_of_truncated_noise(noise_multiplier: float, uses: float, end: float) -> float:
    """A lower bound on delta at every epsilon: what one example alone makes possible.

    The example's gradient lies in one coordinate and is as long as the clip, those of the others
    are 0. The sum's noise without it is never above `end` deviations; with it the sum lies above
    that in each use with probability Q(end − 1/σ) − Q(end), where Q is the normal distribution's
    upper tail, over 1 − 2 Q(end). No epsilon makes up for an event that is impossible without the
    example, so that delta is at least the probability that any use shows one.

    Args:
        noise_multiplier: σ, above 0.
        uses: steps that the example is in, 0 or more; it need not be whole.
        end: the largest noise, in standard deviations, above 0.

    Returns:
        In [0, 1].
    """
    begin = max(end - 1 / noise_multiplier, -end)
    beyond = norm.sf(end)
    once = (norm.sf(begin) - beyond) / (1 - 2 * beyond)
    return -math.expm1(uses * math.log1p(-once)) if once < 1 else float(uses > 0)
