"""How often anybody can tell which input was sent, from the clip and the noise alone."""

import numpy as np
from scipy.stats import norm


def identification_ceiling(candidates: np.ndarray | int, ratio: float) -> np.ndarray | float:
    """The most with which an input can be picked out of N that are equally likely.

    Φ(Φ⁻¹(1/N) + √K·R/σ), after Hayes, Mahloujifar and Balle 2023 (Bounding training data
    reconstruction in DP-SGD, arXiv 2302.07225) and Kaissis et al. 2023 (Bounding data
    reconstruction attacks with the hypothesis testing interpretation of differential privacy,
    arXiv 2307.03928), whose argument is repeated here for one activation. Whoever answers without
    looking at the wire is right for 1/N of the inputs. Every signal lies within R of a middle that
    is public, so that no event is likelier under it than the Neyman-Pearson test of N(R, σ²/K)
    against N(0, σ²/K) allows; that is concave in the likelihood without looking, hence the mean
    over inputs. Two signals on either side of the middle attain it; more than two do not.

    It assumes: a norm of at most R about the middle, fresh Gaussian noise N(0, σ²) in each number
    of each of K readings that nobody can predict, and candidates that are equally likely. It
    assumes nothing of the attacker.

    Args:
        candidates: N, at least 1; any shape.
        ratio: √K·R/σ, at least 0.

    Returns:
        Of the shape of `candidates`, in (0, 1].
    """
    return norm.cdf(norm.ppf(1 / np.asarray(candidates)) + ratio)
