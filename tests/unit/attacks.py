"""Attacks on device parts of the tests' own, on images that are divided as in a study."""

import numpy as np

from intercept.arrays.stored_images import StoredImages
from intercept.attackers import build_attacker
from intercept.attackers.auxiliary import prepare_auxiliary
from intercept.attackers.interface import Folds, carry_out
from intercept.attackers.settings import Augmentation
from intercept.datasets.cache import ImageSet
from intercept.devices.activations import observe


def image_set(images, labels=None):
    """Images of five labels in turn, unless it is said of which; each is its own character."""
    count = len(images)
    labels = np.arange(count) % 5 if labels is None else np.asarray(labels)
    return ImageSet(StoredImages(images), labels, np.arange(count), np.zeros(count, bool))


def folds_of(device, own, copies=0, prior=None):
    """What an attacker is given that owns these images."""
    auxiliary = prepare_auxiliary(own, Augmentation(copies=copies), seed=1)
    return Folds(
        device=device,
        auxiliary=auxiliary,
        activations=observe(device, auxiliary.images),
        prior=prior,
    )


def attack(settings, folds, seen, start=None, seed=1, judges=True):
    """The answers by role, and the outcome; without judging itself where it need not choose."""
    attacker = build_attacker(settings, seed)
    return carry_out(attacker, judges and settings.judges_itself, folds, seen, start, "a test")
