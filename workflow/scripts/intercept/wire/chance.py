"""What is drawn anew for every reading of a wire, from the signal to what is read."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from intercept.wire.channel import Channel
from intercept.wire.gaussian_noise import with_noise
from intercept.wire.randomised_response import respond

Reading = Callable[[np.ndarray, np.random.Generator], np.ndarray]
"""Signals, float32 [n, ...], and a generator to what is read of them, float32 [n, ...]."""


def reading(channel: Channel, drawn_from: np.ndarray | None) -> Reading:
    """How a wire is read.

    Args:
        channel: with Gaussian noise, with randomised response, or with neither.
        drawn_from: float32 [M, ...], the words of randomised response, or else noise of which one
            is added; None where neither is.
    """
    if drawn_from is None:
        deviation = channel.noise_deviation
        return lambda signals, generator: with_noise(signals, deviation, generator)
    several, epsilon = drawn_from, channel.epsilon
    if epsilon is None:
        return lambda signals, generator: (
            signals + several[generator.integers(len(several), size=len(signals))]
        )
    return lambda signals, generator: respond(signals, several, epsilon, generator)


def of_record(defence: Mapping[str, Any]) -> tuple[Channel, np.ndarray | None]:
    """What `reading` takes, as an eavesdropper knows it.

    Args:
        defence: the record of a defence: ``channel``, and ``drawn_from`` or None.
    """
    several = defence.get("drawn_from")
    return (
        Channel(**defence["channel"]),
        None if several is None else np.array(several, np.float32),
    )


def reading_of_record(defence: Mapping[str, Any]) -> Reading:
    """How the server reads a wire: as `reading`, each input once, however often others read it.

    Args:
        defence: as for `of_record`.
    """
    channel, several = of_record(defence)
    return reading(channel.read(1), several)
