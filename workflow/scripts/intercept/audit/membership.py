"""Who was in the training set, guessed from the loss of the finished network on each image.

The threshold attack of Yeom et al. 2018 (arXiv 1709.01604, section 3): an image with a small loss
is taken for one that trained the network. It needs the image, its class and the network.
"""

import logging
import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import tensorflow as tf
from scipy.special import expit, logit
from scipy.stats import norm, rankdata
from sklearn.metrics import roc_curve

from intercept.datasets.cache import ImageSet
from intercept.devices.activations import observe
from intercept.devices.interface import Device
from intercept.metrics.intervals import CONFIDENCE, Estimate, all_alike

log = logging.getLogger("intercept")

FEWEST = 10
"""How many images of each kind it takes: they are halved, and of fewer an interval says nothing."""

_NORMAL = norm.isf((1 - CONFIDENCE) / 2)

UNKNOWN: dict[str, Any] = dict.fromkeys(
    ("auc", "advantage"), dict.fromkeys(("value", "low", "high"))
)
"""The record where nothing is measured."""


@dataclass(frozen=True)
class Membership:
    """What the losses tell.

    Attributes:
        auc: how often, of an image that trained the network and one that did not, the first has
            the smaller loss; a tie counts half. ½ is what guessing gets.
        advantage: the share of training images called so less the share of others, in [-1, 1], at
            a threshold that was chosen on the other half of the images. 0 is what guessing gets.
    """

    auc: Estimate
    advantage: Estimate


def losses(network: Device, images: ImageSet) -> np.ndarray:
    """The cross-entropy in nats of a network on each image and its class, float64 [n].

    Args:
        network: images to probabilities.
        images: n of them.
    """
    probabilities = observe(network, images.images)
    found = tf.keras.losses.sparse_categorical_crossentropy(images.labels, probabilities)
    return found.numpy().astype(np.float64)


def too_few_images(training: int, others: int) -> str | None:
    """Why so few images tell nothing; None where there are enough."""
    if min(training, others) >= FEWEST:
        return None
    return (
        f"of {training} training and {others} validation images membership is not measured; it "
        f"takes {FEWEST} or more of each"
    )


def membership(training: np.ndarray, others: np.ndarray, seed: int) -> Membership:
    """Measure the attack, with 95% intervals over images, taken as drawn independently.

    Args:
        training: losses of images that trained the network, float [n], n at least `FEWEST`.
        others: losses of images that did not, float [k], k at least `FEWEST`.
        seed: halves the images.

    Raises:
        ValueError: there are fewer.
    """
    if too_few := too_few_images(len(training), len(others)):
        raise ValueError(too_few)
    return Membership(_auc(training, others), _advantage(training, others, seed))


def membership_record(
    network: Device, training: ImageSet, others: ImageSet, seed: int
) -> dict[str, Any]:
    """The record of the attack on a network: of ``auc`` and ``advantage`` value, low and high.

    They are empty, and ``because`` says why, where there are too few images.

    Args:
        network: images to probabilities.
        training: images that trained it.
        others: images that did not.
        seed: halves the images.
    """
    if too_few := too_few_images(len(training), len(others)):
        log.warning("%s", too_few)
        return {**UNKNOWN, "because": too_few}
    measured = membership(losses(network, training), losses(network, others), seed)
    return {name: getattr(measured, name).as_record() for name in UNKNOWN}


def _auc(training: np.ndarray, others: np.ndarray) -> Estimate:
    """DeLong, DeLong and Clarke-Pearson 1988, Biometrics 44, by ranks (Sun and Xu 2014)."""
    n, k = len(training), len(others)
    ranks = rankdata(np.concatenate([training, others]))
    above_training = 1 - (ranks[:n] - rankdata(training)) / k  # share of the others with more loss
    below_others = (ranks[n:] - rankdata(others)) / n  # share of training images with less
    error = math.sqrt(above_training.var(ddof=1) / n + below_others.var(ddof=1) / k)
    auc = float(above_training.mean())
    if auc in (0, 1):  # without a spread, as where all of so many pairs fall out alike
        least = all_alike(min(n, k))
        return Estimate(auc, least, 1.0) if auc else Estimate(auc, 0.0, 1 - least)
    # On the scale of log-odds, where it is nearer to a normal one (Pepe 2003, section 5.2.4).
    low, high = expit(logit(auc) + np.array([-1, 1]) * _NORMAL * error / (auc * (1 - auc)))
    return Estimate(auc, float(low), float(high))


def _advantage(training: np.ndarray, others: np.ndarray, seed: int) -> Estimate:
    """The advantage, each half judged at the threshold that is best on the other.

    Args:
        training: losses of images that trained the network, float [n].
        others: losses of images that did not, float [k].
        seed: halves the images.
    """
    generator = np.random.default_rng(seed)
    halves = [np.array_split(generator.permutation(losses), 2) for losses in (training, others)]
    advantages, middles, variances = [], [], []
    for judged in (0, 1):
        threshold = _best_threshold(halves[0][1 - judged], halves[1][1 - judged])
        called = [half[judged] <= threshold for half in halves]
        advantages.append(called[0].mean() - called[1].mean())
        # Two more images of each, one of them called (Agresti and Caffo 2000, Am. Stat. 54).
        shares = [(one.sum() + 1) / (len(one) + 2) for one in called]
        middles.append(shares[0] - shares[1])
        variances += [
            share * (1 - share) / (len(one) + 2) for share, one in zip(shares, called, strict=True)
        ]
    value, middle = float(np.mean(advantages)), float(np.mean(middles))
    # The mean of two halves has a quarter of the summed variances if they err independently, and a
    # half as if both erred alike, which makes up for thresholds that other images would move.
    half = _NORMAL * math.sqrt(sum(variances) / 2)
    return Estimate(
        value, max(-1.0, min(value, middle - half)), min(1.0, max(value, middle + half))
    )


def _best_threshold(training: np.ndarray, others: np.ndarray) -> float:
    truth = np.repeat([1, 0], [len(training), len(others)])
    wrong, right, thresholds = roc_curve(truth, -np.concatenate([training, others]))
    return float(-thresholds[np.argmax(right - wrong)])
