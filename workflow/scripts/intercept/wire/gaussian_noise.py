"""Gaussian noise that has no end, and whose sum with a number hides the number in every bit.

A bound for Gaussian noise holds for no noise that ends: what lies beyond the end of one sum may
lie within that of another, and tells the two apart for certain. And it is for real numbers. In
floating point a sum with noise has last bits that depend on what was added to the noise (Mironov
2012, On significance of the least significant bits for differential privacy). Therefore sums are
made in float64 and rounded once, to multiples of one step that is wide beside float64's own
steps: rounding a sum that is private takes nothing from its privacy.
"""

import math

import numpy as np

# NumPy's ziggurat ends at 12.2, since its tail is made from numbers of 53 bits.
_TAIL = 5.0
_STEPS_IN_A_DEVIATION = 10  # as a power of two


def standard_normal(generator: np.random.Generator, shape: int | tuple[int, ...]) -> np.ndarray:
    """Draw from N(0, 1), without an end.

    NumPy's ziggurat (Marsaglia and Tsang 2000); what it finds beyond five deviations is drawn
    again from the tail beyond five.

    Args:
        generator: of what is drawn; advanced.
        shape: how many.

    Returns:
        float64 of that shape.
    """
    drawn = generator.standard_normal(shape)
    flat = drawn.reshape(-1)
    for index in np.flatnonzero(np.abs(flat) > _TAIL):
        flat[index] = math.copysign(normal_beyond(generator, _TAIL), flat[index])
    return drawn


def normal_beyond(generator: np.random.Generator, begin: float) -> float:
    """Draw from N(0, 1), given that it is above `begin`, without an end.

    Marsaglia 1964, as in Devroye 1986, Non-uniform random variate generation, section IX.1.2.

    Args:
        generator: advanced.
        begin: above 0.
    """
    while True:
        excess = _exponential(generator) / begin
        if 2 * _exponential(generator) > excess**2:
            return begin + excess


def _exponential(generator: np.random.Generator) -> float:
    """From the exponential distribution of mean 1: whole half-lives, and the rest of one."""
    half_lives = 0
    while generator.integers(2):
        half_lives += 1
    return half_lives * math.log(2) - math.log1p(-generator.random() / 2)


def with_noise(values: np.ndarray, deviation: float, generator: np.random.Generator) -> np.ndarray:
    """Add noise from N(0, `deviation`²) to each number.

    The sum, in float64, is rounded to multiples of a power of two between 1/2048 and 1/1024 of the
    deviation. While a number is no more than 100 deviations, the noise takes more than 2³⁴ values
    for each multiple, so that each is as likely as real numbers make it, to that precision.

    Args:
        values: float32 or float64 [...].
        deviation: at least 0; 0 leaves the values as they are.
        generator: of the noise; advanced.

    Returns:
        float32 of the same shape.
    """
    if deviation == 0:
        return values.astype(np.float32)
    noisy = standard_normal(generator, values.shape)
    noisy *= deviation
    noisy += values
    _, exponent = math.frexp(deviation)  # the deviation is below 2 to this, and at least half of it
    step = math.ldexp(1.0, exponent - 1 - _STEPS_IN_A_DEVIATION)
    return (np.rint(noisy / step) * step).astype(np.float32)
