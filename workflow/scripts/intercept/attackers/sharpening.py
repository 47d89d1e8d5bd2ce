"""From the probability of ink to a drawing."""

from collections.abc import Callable, Sequence

import numpy as np

from intercept.arrays.background import background_of
from intercept.arrays.stored_images import StoredImages
from intercept.attackers.judging import mean_reciprocal_rank


def sharpen(images: np.ndarray, factor: float) -> np.ndarray:
    """Multiply the odds of dark in every pixel.

    The answer of least squared error is faint wherever it is unsure, so faint that among
    candidates those with little ink are the nearest to it. A drawing has as much ink as a drawing.

    Args:
        images: float32 [n, ...] in [0, 1], the probability of light in each pixel.
        factor: above 0; 1 changes nothing, less than 1 favours light ink on dark background.

    Returns:
        float32 of the same shape, in [0, 1].
    """
    dark = factor * (1 - images)
    return (images / (images + dark)).astype(np.float32)


def choose_sharpness(
    rebuilt: np.ndarray,
    images: StoredImages,
    factors: Sequence[float],
    shown: Callable[[np.ndarray], np.ndarray] = lambda answers: answers,
) -> float:
    """The factor of `sharpen` by which reconstructions identify their images best.

    Args:
        rebuilt: float32 [n, ...] in [0, 1], of images that the attacker holds out.
        images: those images.
        factors: those to try where ink is dark, each above 0; where it is light, one over each.
        shown: what becomes of a sharpened reconstruction before it is an answer.

    Returns:
        The one with the highest mean reciprocal rank.
    """
    # Where ink is light, its odds are the others.
    dark = background_of(images.mean_image()) == 1
    tried = factors if dark else [1 / factor for factor in factors]
    return max(
        tried,
        key=lambda factor: mean_reciprocal_rank(shown(sharpen(rebuilt, factor)), images),
    )
