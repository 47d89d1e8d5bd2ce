"""How an attacker judges itself, on images of its own that it has not learned from."""

import numpy as np

from intercept.arrays.stored_images import ImageArray
from intercept.metrics.identification import ranks, reciprocal_rank


def mean_reciprocal_rank(answers: np.ndarray, images: ImageArray) -> float:
    """How well answers identify their images among all of these, in (0, 1].

    Args:
        answers: float32 [n, ...].
        images: the true one of each answer at its index.
    """
    place = ranks(answers, images, np.zeros(len(images), np.int64))
    return float(reciprocal_rank(place.nearer, place.equal).mean())
