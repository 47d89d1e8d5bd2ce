"""What is drawn anew for every reading of a wire, from the signal to what is read."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from intercept.channel import Channel
from intercept.gaussian_noise import with_noise
from intercept.randomised_response import respond

Reading = Callable[[np.ndarray, np.random.Generator], np.ndarray]
"""Signals, float32 [n, ...], and a generator to what is read of them, float32 [n, ...]."""


def reading(channel: Channel, words: np.ndarray | None) -> Reading:
    """How a wire is read.

    Args:
        channel: with Gaussian noise, with randomised response, or with neither.
        words: float32 [M, d], of a codebook with randomised response; else None.
    """
    if channel.epsilon is None:
        deviation = channel.noise_deviation
        return lambda signals, generator: with_noise(signals, deviation, generator)
    assert words is not None  # of which one is drawn
    known, epsilon = words, channel.epsilon
    return lambda signals, generator: respond(signals, known, epsilon, generator)


def reading_of_record(defence: Mapping[str, Any]) -> Reading:
    """As `reading`, by the record of a defence: ``channel``, and ``word_vectors`` or None."""
    words = defence.get("word_vectors")
    return reading(
        Channel(**defence["channel"]), None if words is None else np.array(words, np.float32)
    )
