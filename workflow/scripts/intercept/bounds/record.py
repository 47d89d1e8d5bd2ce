"""What can be said about one noisy release, and on what it rests."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import tensorflow as tf

from intercept.bounds import fano, gaussian
from intercept.bounds.fisher import dfil
from intercept.datasets.cache import ImageSet
from intercept.defences.interface import Defence
from intercept.release import observe

_DFIL_IMAGES = 256  # the mean over them, with so many probes, is known to a few percent
_DFIL_PROBES = 8


def bounds_record(
    defence: Defence, device: tf.keras.Model, evaluation: ImageSet, seed: int
) -> dict[str, Any] | None:
    """The bounds of a release.

    Args:
        defence: what the device does to activations.
        device: the device part with the deterministic part of its defence.
        evaluation: the candidates, of which each group is judged by itself as in
            `intercept.metrics.groups`.
        seed: of the probes.

    Returns:
        None where what is sent follows from the input: there is no bound then. Else
        ``clip_to_noise_ratio`` (√K·R/σ), ``dfil`` (the mean over the first 256 images) and for each
        group (``unseen``, ``seen``; None without images) ``top1`` and ``within_character``, each
        with ``gaussian`` and ``fano``, the most with which an input can be identified.
    """
    if not defence.noise_deviation > 0:
        return None
    signals = observe(device, evaluation.images)
    sample = evaluation.images[:_DFIL_IMAGES]
    leakage = dfil(device, sample, defence.noise_deviation, _DFIL_PROBES, seed)
    return {
        "clip_to_noise_ratio": defence.clip_to_noise_ratio,
        "dfil": float(leakage.mean()),
        "unseen": _ceilings(defence, signals, evaluation.characters, ~evaluation.seen),
        "seen": _ceilings(defence, signals, evaluation.characters, evaluation.seen),
    }


def _ceilings(
    defence: Defence, signals: np.ndarray, characters: np.ndarray, chosen: np.ndarray
) -> Mapping[str, Any] | None:
    if not chosen.any():
        return None
    signals, characters = signals[chosen], characters[chosen]
    drawings = [signals[characters == character] for character in np.unique(characters)]
    return {
        "top1": _both(defence, [signals]),
        "within_character": _both(defence, drawings),
    }


def _both(defence: Defence, groups: list[np.ndarray]) -> dict[str, float]:
    """The mean over all inputs of the ceilings among the candidates of their group."""
    sizes = np.array([len(group) for group in groups])
    assert defence.clip_to_noise_ratio is not None  # there is noise
    ceilings = {
        "gaussian": gaussian.identification_ceiling(sizes, defence.clip_to_noise_ratio),
        "fano": [
            fano.identification_ceiling(
                fano.gaussian_information(group, defence.noise_deviation), len(group)
            )
            for group in groups
        ],
    }
    return {name: float(np.average(values, weights=sizes)) for name, values in ceilings.items()}
