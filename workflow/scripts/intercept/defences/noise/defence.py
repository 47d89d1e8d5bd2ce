"""Clipping and Gaussian noise, from which a promise follows for whatever is sent."""

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import tensorflow as tf

from intercept.defences import interface
from intercept.defences.noise.settings import Settings
from intercept.runtime.errors import UserError
from intercept.wire.channel import Channel


@dataclass(frozen=True)
class Defence(interface.Defence):
    """The Gaussian mechanism on one activation (Dwork and Roth 2014, appendix A).

    The activation's offset from a centre that everybody may know is scaled down to an l2 norm of
    at most R, and every number gets noise N(0, σ²). An eavesdropper who averages K readings of
    one input has noise N(0, σ²/K), and loses nothing by it: the mean is a sufficient statistic.

    Attributes:
        centre: of each channel, float [channels].
        l2_norm_clip: R, above 0.
        deviation: σ, of one reading.
        observations: K.
    """

    defence: ClassVar[str] = Settings.defence

    centre: list[float]
    l2_norm_clip: float
    deviation: float
    observations: int

    @classmethod
    def calibrated(cls, settings: Settings, activations: np.ndarray) -> "Defence":
        """Take the centre and R from activations; see `intercept.defences.calibrate`.

        Raises:
            UserError: R would be 0, as where the activations are all the same.
        """
        centre = activations.mean(axis=tuple(range(activations.ndim - 1)), dtype=np.float64)
        offsets = (activations - centre).reshape(len(activations), -1)
        clip = float(np.quantile(np.linalg.norm(offsets, axis=1), settings.clip_quantile))
        if not clip > 0:
            raise UserError(
                f"wires: clip_quantile is {settings.clip_quantile:g}, at which the activations "
                "do not vary at all, so that there is nothing to clip; cut at another layer or "
                "use a network whose activations differ from image to image"
            )
        deviation = clip / settings.ratio(activations[0].size)
        return cls(centre.tolist(), clip, deviation, settings.observations)

    def channel(self, numbers: int) -> Channel:
        """Noise of deviation σ/√K about signals of norm R or less."""
        deviation = self.deviation / math.sqrt(self.observations)
        return Channel(numbers, deviation, self.l2_norm_clip, readings=self.observations)

    def transform(self, activations: tf.Tensor) -> tf.Tensor:
        """The activations, clipped."""
        centre = tf.constant(self.centre, tf.float32)
        offset = activations - centre
        axes = list(range(1, len(activations.shape)))
        squared = tf.reduce_sum(tf.square(offset), axis=axes, keepdims=True)
        # Below the clip nothing is scaled; there the root is kept off 0, where it has no slope.
        norm = tf.sqrt(tf.maximum(squared, self.l2_norm_clip**2))
        return offset * (self.l2_norm_clip / norm) + centre
