"""Which end of the scale is background: drawings are dark on light, or light on dark."""

import numpy as np


def background_of(images: np.ndarray) -> float:
    """1.0 for images that are light for the most part, else 0.0; ink is the other end.

    Args:
        images: float32 [...] in [0, 1], such as the mean of the attacker's own.
    """
    return float(images.mean(dtype=np.float64) >= 0.5)
