"""A point on a sphere for every input, from which the tighter promise follows."""

import math
from dataclasses import dataclass
from typing import Any, ClassVar

import tensorflow as tf

from intercept.defences import interface
from intercept.defences.interface import Lessons
from intercept.defences.learning import build_server, hidden_layer, knowledge, train_ends
from intercept.defences.sphere.settings import Settings
from intercept.devices.activations import observe
from intercept.wire.channel import Channel

_RADIUS = 1.0
_LEAST = 1e-30  # numbers below it count as 0, since their ratios lose all digits


@dataclass(frozen=True, eq=False)
class Defence(interface.TrainedDefence):
    """The Gaussian mechanism on the unit sphere, with an encoder that is trained through it.

    A code that is trained through its channel, as in O'Shea and Hoydis 2017 (An introduction to
    deep learning for the physical layer, IEEE Trans. Cogn. Commun. Netw. 3).
    """

    defence: ClassVar[str] = Settings.defence

    settings: Settings

    @classmethod
    def trained(cls, settings: Settings, lessons: Lessons) -> "Defence":
        """Train encoder and server part; see `intercept.defences.train`."""
        tf.keras.utils.set_random_seed(lessons.seed)
        knows = knowledge(lessons, settings.predicts_on_device)
        known = tf.keras.Input(knows.output_shape[1:], name="known")
        x = hidden_layer(known, settings.hidden)
        x = tf.keras.layers.Dense(settings.width, name="defence_point")(x)
        learned = tf.keras.Model(known, onto_sphere(x), name="learned")
        server = build_server((settings.width,), settings.hidden, lessons.classes)
        encoder = tf.keras.Model(knows.input, learned(knows.output), name="defence_encoder")
        defence = cls(settings, encoder, server)
        noise = tf.keras.layers.GaussianNoise(defence.deviation)
        both = tf.keras.Model(known, (learned.output, server(noise(learned.output))))
        inputs, weight = observe(knows, lessons.activations), settings.instance_weight
        train_ends(both, inputs, lessons, settings.epochs, weight)
        return defence

    @property
    def deviation(self) -> float:
        """σ, of one reading."""
        return _RADIUS / self.settings.ratio(self.settings.width)

    def as_record(self) -> dict[str, Any]:
        """Its name and settings, and the ``deviation`` that the device draws its noise with."""
        return {**super().as_record(), "deviation": self.deviation}

    def channel(self, numbers: int) -> Channel:
        """Noise of deviation σ/√K about signals of norm R exactly."""
        readings = self.settings.observations
        deviation = self.deviation / math.sqrt(readings)
        equal_norms = self.settings.equal_norms
        return Channel(numbers, deviation, _RADIUS, equal_norms=equal_norms, readings=readings)


def onto_sphere(points: tf.Tensor) -> tf.Tensor:
    """The nearest point of the unit sphere.

    Where all numbers are 0 it is that of the first axis, so that every input has its point.

    Args:
        points: float32 [n, d], finite; d at least 1.

    Returns:
        float32 [n, d], each of l2 norm 1 to float32's precision.
    """
    points = points * tf.cast(tf.math.greater(tf.math.abs(points), _LEAST), tf.float32)
    # Neither overflows nor vanishes when it is squared.
    largest = tf.math.reduce_max(tf.math.abs(points), axis=-1, keepdims=True)
    nothing = tf.cast(tf.math.equal(largest, 0), tf.float32)
    first = tf.one_hot(0, points.shape[-1])
    points = points / (largest + nothing) + nothing * first
    return points / tf.math.sqrt(tf.math.reduce_sum(tf.math.square(points), -1, keepdims=True))
