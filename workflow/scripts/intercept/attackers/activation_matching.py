"""The activation-matching loss: how far the activation of an image is from one that was seen."""

from dataclasses import dataclass

import numpy as np
import tensorflow as tf

from intercept.activations import varying
from intercept.batches import gen_batches

_BATCH = 64


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
        difference = (self.device(self.shown(images), training=False) - seen) * self.weight
        return tf.reduce_sum(tf.square(difference), axis=tf.range(1, tf.rank(difference)))

    def measure(self, images: np.ndarray, seen: np.ndarray) -> np.ndarray:
        """The distance for many images, as they are: float32 [n]; see `__call__`."""
        exact = MatchingLoss(self.device, self.weight, binary=False)
        batches = gen_batches(len(images), _BATCH)
        return np.concatenate([exact(images[batch], seen[batch]) for batch in batches])
