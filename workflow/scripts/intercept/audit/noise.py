"""Whether the noise of a training is as much as is stated, and new in every step.

Guesses about canaries cannot see noise that is used twice: it is no easier to see through in a sum
over steps. Whoever audits knows what the noise was added to, and looks at the noise itself.
"""

from typing import Any

import numpy as np
from scipy.stats import beta, chi2

_ROWS = 2048  # of the table of all pairs of steps, that are held at once


def noise_record(noise: np.ndarray, deviation: float) -> dict[str, Any]:
    """Compare the noise of a training with normal draws, all independent.

    Args:
        noise: float [steps, k], what each step added to k numbers; steps and k 1 or more.
        deviation: standard deviation as stated, above 0.

    Returns:
        A dict of plain values with the keys

        - ``numbers``: k;
        - ``deviation``: root mean square over the stated one;
        - ``less_by_chance``: how likely so small a one is;
        - ``likeness``: the largest cosine between the noise of two steps, either way round; 0 of a
          single step;
        - ``alike_by_chance``: how likely so large a one is, at most.
    """
    noise = np.asarray(noise, np.float64)
    steps, numbers = noise.shape
    squares = np.sum(noise**2) / deviation**2
    likeness = _largest_cosine(noise)
    pairs = steps * (steps - 1) / 2
    # The squared cosine of two independent directions is Beta(1/2, (k - 1) / 2).
    each = beta.sf(likeness**2, 0.5, (numbers - 1) / 2) if numbers > 1 else 1.0
    return {
        "numbers": numbers,
        "deviation": float(np.sqrt(squares / noise.size)),
        "less_by_chance": float(chi2.cdf(squares, noise.size)),
        "likeness": likeness,
        "alike_by_chance": float(min(1, pairs * each)) if pairs else 1.0,
    }


def _largest_cosine(noise: np.ndarray) -> float:
    norms = np.linalg.norm(noise, axis=1, keepdims=True)
    directions = np.divide(noise, norms, out=np.zeros_like(noise), where=norms > 0)
    directions = directions.astype(np.float32)
    largest = 0.0
    for first in range(0, len(directions), _ROWS):
        cosines = np.abs(directions[first : first + _ROWS] @ directions[first:].T)
        np.fill_diagonal(cosines, 0)
        largest = max(largest, float(cosines.max()))
    return min(1.0, largest)
