"""Uniform quantisation: as few messages as asked for, and no chance."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import tensorflow as tf

from intercept.defences import interface
from intercept.defences.quantisation.settings import Settings
from intercept.wire.channel import Channel


@dataclass(frozen=True)
class Defence(interface.Defence):
    """Every number is rounded to the nearest of 2ᵇ values, evenly spaced over its channel's range.

    Attributes:
        low: the lowest value of each channel, float [channels].
        high: the highest, at least `low`.
        bit_width: b.
    """

    defence: ClassVar[str] = Settings.defence

    low: list[float]
    high: list[float]
    bit_width: int

    @classmethod
    def calibrated(cls, settings: Settings, activations: np.ndarray) -> "Defence":
        """Take each channel's range from activations; see `intercept.defences.calibrate`."""
        axes = tuple(range(activations.ndim - 1))
        low, high = activations.min(axis=axes), activations.max(axis=axes)
        return cls(low.tolist(), high.tolist(), settings.bit_width)

    def transform(self, activations: tf.Tensor) -> tf.Tensor:
        """The activations, rounded.

        The gradient passes as if they were not (straight-through estimator, Bengio et al. 2013,
        arXiv 1308.3432).
        """
        low = np.array(self.low, np.float32)
        steps = 2**self.bit_width - 1
        step = (np.array(self.high, np.float32) - low) / steps
        width = np.where(step > 0, step, 1)
        # A channel that never varies has one value.
        level = tf.round(tf.clip_by_value((activations - low) / width, 0, steps * (step > 0)))
        # The second term is exactly 0: the value sent is one of the 2ᵇ to its last digit.
        return tf.stop_gradient(level * width + low) + (activations - tf.stop_gradient(activations))

    def channel(self, numbers: int) -> Channel:
        """b bits for each number."""
        return Channel(numbers, bits=numbers * self.bit_width)
