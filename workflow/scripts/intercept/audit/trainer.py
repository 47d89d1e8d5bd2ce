"""The training of the recipe dp-adam with canaries in it."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import tensorflow as tf

from intercept.audit.planted import LENGTH, Audited
from intercept.training.clipping import one_by_one
from intercept.training.recipes.dp_adam import trainer as dp_adam
from intercept.training.recipes.dp_adam.settings import Settings
from intercept.training.summing import SummedGradients


class AuditedTrainer(Audited, dp_adam.Trainer):
    """As the recipe's trainer, with canaries among what is sampled.

    The settings are the recipe's, with gradients clipped; see `Audited`.
    """

    def __init__(
        self, canaries: int, mislabelled: np.ndarray, settings: Settings, *data: Any
    ) -> None:
        super().__init__(canaries, mislabelled, settings, *data)
        self._drawn = np.empty(0, np.int64)

    def batches(self, epoch: int) -> Iterator[np.ndarray]:
        """The images of one epoch's Poisson samples; canaries are sampled beside them."""
        members = self.members()
        for places in super().batches(epoch):
            drawn = members[places]
            self._drawn = drawn[drawn >= self._images] - self._images
            yield drawn[drawn < self._images]

    def _with_noise(self, sums: list[tf.Tensor]) -> list[np.ndarray]:
        """The sums with canaries and noise; what is seen of each canary goes into its score."""
        at, watched = self.planted.weights.numpy(), self.planted.watched.numpy()
        of_images = _joined([value.numpy() for value in sums])
        with_canaries = of_images.copy()
        with_canaries[at[self._drawn]] += self._clipped_canary()
        step = int(self._optimizer.iterations)
        noisy = super()._with_noise(_split(with_canaries, sums))
        released = _joined(noisy)
        seen, noise = (released - of_images)[at], (released - with_canaries)[watched]
        self.planted.score(step, seen, noise, self.mechanism)
        return noisy

    def _clipped_canary(self) -> float:
        """What is left of a canary behind the factor that clips images, too."""
        assert not isinstance(self._summed_gradients, SummedGradients)  # the settings clip
        clip = self._summed_gradients.l2_norm_clip
        length = LENGTH * self.mechanism.l2_norm_clip
        return float(length * one_by_one.clipping_factor(tf.constant(length**2), clip))


def _joined(values: list[np.ndarray]) -> np.ndarray:
    return np.concatenate([value.ravel() for value in values])


def _split(joined: np.ndarray, like: list[tf.Tensor]) -> list[tf.Tensor]:
    ends = np.cumsum([value.shape.num_elements() for value in like])
    parts = np.split(joined, ends[:-1])
    return [tf.reshape(part, value.shape) for part, value in zip(parts, like, strict=True)]
