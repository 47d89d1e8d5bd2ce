"""The training of the recipe dp-adam with canaries in it: gradients that it should hide.

A canary is a gradient along one weight of its own, longer than the l2 norm clip before it is
clipped. By a coin it belongs to the training set or not; one that does is sampled, clipped, summed
and given noise by the code that does so with images. Whoever audits knows the images and
their samples, sees the noisy sums that the steps used, and takes from them what is the images'
(a worst case that differential privacy has to stand, for coins, samples and noise stay secret).
Images with a false class are canaries, too, for whoever sees the finished network alone: by a coin
each of them is left out.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
import tensorflow as tf

from intercept.accounting.discretisation import remove_one_loss
from intercept.runtime.errors import UserError
from intercept.training.clipping import one_by_one
from intercept.training.randomness import Randomness
from intercept.training.recipes.dp_adam import trainer as dp_adam
from intercept.training.recipes.dp_adam.settings import Settings
from intercept.training.summing import SummedGradients

_LENGTH = 10.0  # of a canary before it is clipped, in units of the l2 norm clip
_WATCHED = 128  # weights, whose noise is kept of every step
_OTHER_SEED = 2**32  # above every seed of a study: the audit's noise is not the target's


class AuditedTrainer(dp_adam.Trainer):
    """As the recipe's trainer, with canaries among what is sampled.

    Args:
        canaries: gradients, 1 or more.
        mislabelled: indices of the training images with a false class, int64 [k].
        settings: the recipe's, with gradients clipped and noise above 0.
        data: image_shape, classes, examples and seed, as for the recipe's trainer. With
            ``noise_source: seed`` coins, samples and noise are others than the target's own.

    Attributes:
        included: bool variable [m], whether the coin put each gradient into the training set.
        scores: float64 variable [m], the log-likelihood ratio of being in the training set to not
            being, over the noisy sums so far.
        mislabelled_included: bool variable [k], whether the coin left each such image in it.
        noise: float32 variable [steps, w], what each step added to some of the weights' sums.

    Raises:
        UserError: there are more canaries than weights, or as the recipe's trainer.
    """

    def __init__(
        self, canaries: int, mislabelled: np.ndarray, settings: Settings, *data: Any
    ) -> None:
        super().__init__(settings, *data)
        if self._randomness.seed is not None:
            self._randomness = Randomness(self._randomness.seed + _OTHER_SEED)
        weights = sum(int(tf.size(one)) for one in self.network.trainable_variables)
        if canaries > weights:
            raise UserError(
                f"audit: canaries is {canaries}, and the network has {weights} weights, each for "
                "one canary at most; ask for fewer"
            )
        generator = self._randomness.generator("canaries")
        self._weights = tf.Variable(generator.choice(weights, canaries, replace=False))
        self.included = tf.Variable(generator.random(canaries) < 0.5)
        self.scores = tf.Variable(np.zeros(canaries))
        self._mislabelled = mislabelled
        self.mislabelled_included = tf.Variable(generator.random(len(mislabelled)) < 0.5)
        watched = min(weights, _WATCHED)
        self._watched = tf.Variable(generator.choice(weights, watched, replace=False))
        steps = settings.epochs * self.steps_per_epoch
        self.noise = tf.Variable(np.zeros((steps, watched), np.float32))
        self.state += [self._weights, self.included, self.scores]
        self.state += [self.mislabelled_included, self._watched, self.noise]
        self._images = self._examples
        self._drawn = np.empty(0, np.int64)

    def batches(self, epoch: int) -> Iterator[np.ndarray]:
        """The images of one epoch's Poisson samples; canaries are sampled beside them."""
        members = np.flatnonzero(self.included)
        left_out = self._mislabelled[~self.mislabelled_included.numpy()]
        self._examples = self._images + len(members)
        for drawn in super().batches(epoch):
            of_canaries = drawn >= self._images
            self._drawn = members[drawn[of_canaries] - self._images]
            of_images = drawn[~of_canaries]
            yield of_images[~np.isin(of_images, left_out)]

    def _with_noise(self, sums: list[tf.Tensor]) -> list[np.ndarray]:
        """The sums with canaries and noise; what is seen of each canary goes into its score."""
        at = self._weights.numpy()
        of_images = _joined([value.numpy() for value in sums])
        with_canaries = of_images.copy()
        with_canaries[at[self._drawn]] += self._clipped_canary()
        step = int(self._optimizer.iterations)
        noisy = super()._with_noise(_split(with_canaries, sums))
        joined = _joined(noisy)
        self.noise.scatter_nd_update(
            [[step]], [(joined - with_canaries)[self._watched.numpy()].astype(np.float32)]
        )
        seen = (joined - of_images)[at].astype(np.float64)
        mechanism = self.mechanism
        self.scores.assign_add(
            remove_one_loss(
                seen / mechanism.l2_norm_clip,
                mechanism.noise_multiplier,
                mechanism.sampling_probability,
            )
        )
        return noisy

    def _clipped_canary(self) -> float:
        """What is left of a canary behind the factor that clips images, too."""
        assert not isinstance(self._summed_gradients, SummedGradients)  # the settings clip
        clip = self._summed_gradients.l2_norm_clip
        length = _LENGTH * self.mechanism.l2_norm_clip
        return float(length * one_by_one.clipping_factor(tf.constant(length**2), clip))


def _joined(values: list[np.ndarray]) -> np.ndarray:
    return np.concatenate([value.ravel() for value in values])


def _split(joined: np.ndarray, like: list[tf.Tensor]) -> list[tf.Tensor]:
    ends = np.cumsum([value.shape.num_elements() for value in like])
    parts = np.split(joined, ends[:-1])
    return [tf.reshape(part, value.shape) for part, value in zip(parts, like, strict=True)]
