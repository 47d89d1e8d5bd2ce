"""How accurate a server can be at most that is sent the predicted class alone, through noise.

A limit to hold wires beside that send more than the task needs.
"""

import numpy as np

from intercept.bounds.promise import noise_promise

# R/σ, from next to nothing but noise, where the line bends most, to next to none.
_RATIOS = np.array([0, 0.01, 0.02, 0.04, 0.06, 0.09, 0.13, 0.18, *np.geomspace(0.25, 16, 32)])
_PROMISES = 100  # points of the line, of each of two spacings


def accuracy_limit(classes: int, on_device: float, ratio: float, dimensions: int) -> float:
    """The most of a server that is sent one of C signals, the device's prediction, in [0, 1].

    Nobody tells C equally likely signals apart more often than is promised of them, whatever they
    are. A prediction that is taken for another is assumed to be right by chance, for one class of
    C − 1.

    Args:
        classes: C, at least 2; the device predicts each equally often.
        on_device: how often its prediction is right, in [1/C, 1].
        ratio: R/σ, at least 0.
        dimensions: how many numbers cross the wire, at least 1.
    """
    told = float(noise_promise(classes, ratio, dimensions))
    return on_device * told + (1 - on_device) * (1 - told) / (classes - 1)


def limit_line(classes: int, on_device: float, candidates: int) -> tuple[np.ndarray, np.ndarray]:
    """Promises, and the most accuracy that the predicted class alone could have at each.

    By whatever noise and in however few numbers is best at that promise.

    Args:
        classes: C, at least 2.
        on_device: how often the device's prediction is right, in [1/C, 1].
        candidates: N of the promise, at least 2.

    Returns:
        float64 [n] promises from 1/N to 1, and float64 [n] accuracies.
    """
    least = 1 / candidates  # near it, where the line bends most, points are closer together
    promises = np.union1d(np.linspace(least, 1, _PROMISES), np.geomspace(least, 1, _PROMISES))
    best = np.full(len(promises), 1 / classes)
    # To C − 1, in which C signals can be equally far apart.
    widths = {min(2**power, classes - 1) for power in range(classes.bit_length() + 1)}
    for dimensions in widths:
        promised = [float(noise_promise(candidates, ratio, dimensions)) for ratio in _RATIOS]
        accurate = [accuracy_limit(classes, on_device, ratio, dimensions) for ratio in _RATIOS]
        best = np.maximum(best, np.interp(promises, promised, accurate, left=1 / classes))
    return promises, best
