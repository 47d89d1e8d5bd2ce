"""The activation-matching loss: how far the activation of an image is from one that was seen."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import tensorflow as tf

from intercept.arrays.batches import gen_batches
from intercept.devices.activations import varying

_BATCH = 64
_LARGEST_SLOPE = 1024.0  # far below 65504, where float16 ends


@dataclass(frozen=True, eq=False)
class MatchingLoss:
    """The squared distance of activations, in units of their variance.

    Attributes:
        device: the device part, images to activations.
        weight: float32 [...], one over the standard deviation over the attacker's images; 0 for
            what never varies.
        binary: whether images are all black and white. The device part is then shown what
            thresholding leaves, and the gradient passes as if it were not there (straight-through
            estimator, Bengio et al. 2013, arXiv 1308.3432): greys are to the device part like no
            drawing it knows.
    """

    device: tf.keras.Model
    weight: np.ndarray
    binary: bool

    @classmethod
    def of(cls, device: tf.keras.Model, activations: np.ndarray, binary: bool) -> "MatchingLoss":
        """In units of what `activations`, float32 [n, ...] of the attacker's images, vary by."""
        deviation = activations.std(axis=0)
        varies = varying(deviation)
        weight = np.where(varies, 1 / np.where(varies, deviation, 1), 0)
        return cls(device, weight.astype(np.float32), binary)

    def shown(self, images: tf.Tensor) -> tf.Tensor:
        """What the device part is shown: float32 of the shape of `images`."""
        if not self.binary:
            return images
        return images + tf.stop_gradient(tf.cast(images > 0.5, tf.float32) - images)

    def __call__(self, images: tf.Tensor, seen: tf.Tensor) -> tf.Tensor:
        """The distance of each image's activation from the one seen.

        Args:
            images: float32 [n, height, width, channels] in [0, 1].
            seen: float32 [n, ...].

        Returns:
            float32 [n], 0 or more: a sum over all that the activation consists of.
        """
        return self._distance(self.shown(images), seen)

    def _distance(self, shown: tf.Tensor, seen: tf.Tensor) -> tf.Tensor:
        """As `__call__`; the slope stays in the range of float16, if the device computes in it.

        What is large is scaled down before it goes back through the device part and up again behind
        it, image by image (loss scaling, Micikevicius et al. 2018, arXiv 1710.03740).
        """

        @tf.custom_gradient
        def distance(shown: tf.Tensor) -> tuple[tf.Tensor, Callable[..., Any]]:
            with tf.GradientTape(watch_accessed_variables=False) as tape:
                tape.watch(shown)
                sent = self.device(shown, training=False)
            difference = (sent - seen) * self.weight
            axes = range(1, len(difference.shape))

            def slope(upstream: tf.Tensor, variables: Sequence[tf.Variable] = ()) -> Any:
                of_sent = 2 * difference * self.weight * _of_each(upstream, difference)
                largest = tf.reduce_max(tf.abs(of_sent), axis=axes)
                scale = tf.maximum(largest / _LARGEST_SLOPE, 1)
                small = of_sent / _of_each(scale, of_sent)
                by_image = tape.gradient(sent, shown, small) * _of_each(scale, shown)
                # The weights of the device part stay as they are.
                return (by_image, [None] * len(variables)) if variables else by_image

            return tf.reduce_sum(tf.square(difference), axis=axes), slope

        return distance(tf.convert_to_tensor(shown))

    def measure(self, images: np.ndarray, seen: np.ndarray) -> np.ndarray:
        """The distance for many images, as they are: float32 [n]; see `__call__`."""
        exact = MatchingLoss(self.device, self.weight, binary=False)
        batches = gen_batches(len(images), _BATCH)
        return np.concatenate([exact(images[batch], seen[batch]) for batch in batches])


def _of_each(numbers: tf.Tensor, beside: tf.Tensor) -> tf.Tensor:
    """A number for each image, [n], as [n, 1, ...] of as many axes as another tensor has."""
    return tf.reshape(numbers, [-1] + [1] * (len(beside.shape) - 1))
