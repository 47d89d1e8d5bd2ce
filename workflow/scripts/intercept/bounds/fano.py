"""How often anybody can tell which input was sent, from how much the wire can say at all."""

import math

import numpy as np


def gaussian_information(signals: np.ndarray, noise_deviation: float) -> float:
    """The most that a noisy reading says of which signal was sent, in nats.

    ½ Σ log(1 + λᵢ/σ²), λ the eigenvalues of the signals' covariance: among all signals of one
    covariance Gaussian ones get the most through Gaussian noise (Cover and Thomas 2006, Elements
    of Information Theory, chapter 9).

    Args:
        signals: float32 [n, ...], what would be sent without noise for each of n equally likely
            inputs; n at least 1.
        noise_deviation: σ of the noise that is left in each number, above 0.

    Returns:
        At least 0.
    """
    flat = signals.reshape(len(signals), -1).astype(np.float64)
    singular = np.linalg.svd(flat - flat.mean(axis=0), compute_uv=False)
    return float(np.sum(np.log1p(np.square(singular / noise_deviation) / len(flat))) / 2)


def identification_ceiling(information: float, candidates: int) -> float:
    """The most with which an input can be picked out of N that are equally likely.

    1 − P(error) by Fano's inequality, P(error) ≥ 1 − (I + log 2) / log N (Cover and Thomas 2006,
    theorem 2.10.1); it says nothing for small N.

    Args:
        information: I, what is said of the input, in nats.
        candidates: N, at least 1.

    Returns:
        In (0, 1].
    """
    if candidates < 2:
        return 1.0
    return min((information + math.log(2)) / math.log(candidates), 1.0)
