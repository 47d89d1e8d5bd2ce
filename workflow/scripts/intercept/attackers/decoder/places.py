"""How far apart on the image the places of a map look."""

import math

import numpy as np

from intercept.attackers.interface import Pairs
from intercept.attackers.networks import nearest_stride

_LOOKED_AT = 2000  # images
_AT_ONCE = 64
_STEADY = 0.02  # of the largest deviation: what varies less is not looked at


def stride_of(pairs: Pairs) -> int | None:
    """From one place of a map to the next, in pixels.

    Convolutions without padding leave fewer places than their strides would: 8 a side of 28 pixels,
    two pixels apart. It is told from what images and activations have in common, without a question
    to the device part: of each row of places, which rows of pixels correlate with it.

    Args:
        pairs: images [n, height, width, channels] and maps [n, rows, columns, channels].

    Returns:
        1, 2, 4, 8 or 16; None where even spacing over the image fits better than these do.
    """
    sample = pairs.select(slice(-_LOOKED_AT, None))
    maps, images = sample.activations, sample.images
    # Across rows, then across columns; a few images at a time, since large ones are many bytes.
    steps = [
        _step(
            maps.mean(axis=across),
            np.concatenate([images[batch].mean(axis=across) for batch in images.batches(_AT_ONCE)]),
        )
        for across in (2, 1)
    ]
    if not all(steps):
        return None
    measured = float(np.mean(np.log2(steps)))
    evenly = np.mean(np.log2(np.divide(images.shape[1:3], maps.shape[1:3])))
    stride = nearest_stride(2**measured)
    return stride if abs(measured - math.log2(stride)) <= abs(measured - evenly) else None


def _step(places: np.ndarray, pixels: np.ndarray) -> float:
    """Along one axis, in pixels; 0 where nothing can be told.

    Args:
        places: float32 [n, places, channels], means across the other axis.
        pixels: float32 [n, pixels, channels], of the images.
    """
    places, pixels = _standard(places), _standard(pixels)
    correlation = np.einsum("nic,nrk->irck", places, pixels, optimize=True) / len(places)
    # A high power lets the pixels that a place goes by stand out from those beside them.
    weight = (correlation**8).sum(axis=(2, 3))
    total = weight.sum(axis=1)
    known = np.flatnonzero(total)
    if len(known) < 2:
        return 0.0
    middles = (weight @ np.arange(weight.shape[1]))[known] / total[known]
    slope = np.polyfit(known, middles, deg=1, w=np.sqrt(total[known]))[0]
    return max(float(slope), 0.0)


def _standard(values: np.ndarray) -> np.ndarray:
    """Of mean 0 and deviation 1 over the first axis; 0 where hardly anything varies."""
    values = values - values.mean(axis=0)
    deviation = values.std(axis=0)
    steady = deviation <= _STEADY * deviation.max()
    return np.where(steady, 0, values / np.where(steady, 1, deviation))
