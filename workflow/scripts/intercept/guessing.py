"""Whether a network knows the classes, or does no better than naming the largest; no TensorFlow."""

import math

from scipy.special import bdtrc

_SIGNIFICANCE = 0.01


def beats_guessing(accuracy: float, majority_share: float, images: int) -> bool:
    """Whether an accuracy is above the share of the largest class beyond chance.

    By the exact binomial test, one-sided, at 1%: whoever names the largest class each time is right
    in `majority_share` of the cases.

    Args:
        accuracy: on images that are held out, in [0, 1].
        majority_share: of the largest class among them, in (0, 1].
        images: how many they are, at least 1.
    """
    right = round(accuracy * images)
    if right == 0 or math.isclose(majority_share, 1):
        return False
    # Of how many are right, the probability of this many or more.
    return float(bdtrc(right - 1, images, majority_share)) < _SIGNIFICANCE


def can_be_told(majority_share: float, images: int) -> bool:
    """Whether the images are enough to tell a network that is always right from guessing.

    Args:
        majority_share: as for `beats_guessing`.
        images: as for `beats_guessing`.
    """
    return beats_guessing(1.0, majority_share, images)
