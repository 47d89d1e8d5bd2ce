"""Canaries in a training: who is in it by a coin, what is seen of them, and how they are scored.

A gradient canary lies along one weight of its own and is longer than the l2 norm clip before it is
clipped. By a coin it belongs to the training set or not; one that does is sampled, clipped, summed
and given noise by the code that does so with images. Whoever audits knows the images and
their samples, sees the noisy sums that the steps used, and takes from them what is the images'
(a worst case that differential privacy has to stand, for coins, samples and noise stay secret).
Images with a false class are canaries, too, for whoever sees the finished network alone: by a coin
each of them is left out.
"""

from typing import Any

import numpy as np
import tensorflow as tf

from intercept.accounting.discretisation import remove_one_loss
from intercept.accounting.mechanism import Mechanism
from intercept.runtime.errors import UserError
from intercept.training.randomness import Randomness
from intercept.training.settings import RecipeSettings

LENGTH = 10.0  # of a gradient before it is clipped, in units of the l2 norm clip
_WATCHED = 128  # weights, whose noise is kept of every step
_OTHER_SEED = 2**32  # above every seed of a study: the audit's noise is not the target's


class Planted:
    """The canaries of one training.

    Args:
        canaries: gradients, m, 1 or more.
        mislabelled: indices of the training images with a false class, int64 [k].
        images: size of the training set.
        weights: numbers in the network's trainable weights.
        steps: that will be taken.
        randomness: tosses the coins and picks the weights.

    Attributes:
        weights: int64 variable [m], the weight of each gradient, among all in their order.
        watched: int64 variable [w], weights whose noise is kept.
        included: bool variable [m], whether the coin put each gradient into the training set.
        scores: float64 variable [m], the log-likelihood ratio of being in the training set to not
            being, over the noisy sums so far.
        mislabelled_included: bool variable [k], whether the coin left each such image in it.
        noise: float32 variable [steps, w], what each step added to the sums of the watched.
        state: all of these.

    Raises:
        UserError: there are more canaries than weights.
    """

    def __init__(
        self,
        canaries: int,
        mislabelled: np.ndarray,
        images: int,
        weights: int,
        steps: int,
        randomness: Randomness,
    ) -> None:
        if canaries > weights:
            raise UserError(
                f"audit: canaries is {canaries}, and the network has {weights} weights, each for "
                "one canary at most; ask for fewer"
            )
        generator = randomness.generator("canaries")
        self.weights = tf.Variable(generator.choice(weights, canaries, replace=False))
        self.included = tf.Variable(generator.random(canaries) < 0.5)
        self.scores = tf.Variable(np.zeros(canaries))
        self.mislabelled_included = tf.Variable(generator.random(len(mislabelled)) < 0.5)
        watched = min(weights, _WATCHED)
        self.watched = tf.Variable(generator.choice(weights, watched, replace=False))
        self.noise = tf.Variable(np.zeros((steps, watched), np.float32))
        self.state = [self.weights, self.included, self.scores]
        self.state += [self.mislabelled_included, self.watched, self.noise]
        self._images, self._mislabelled = images, mislabelled

    def members(self) -> np.ndarray:
        """The training set, int64: indices of images, and behind their number those of gradients.

        Images whose coin left them out are not in it, nor are gradients.
        """
        left_out = self._mislabelled[~self.mislabelled_included.numpy()]
        images = np.delete(np.arange(self._images), left_out)
        return np.concatenate([images, self._images + np.flatnonzero(self.included)])

    def score(self, step: int, seen: np.ndarray, noise: np.ndarray, mechanism: Mechanism) -> None:
        """Add what a step released to the scores.

        Args:
            step: from 0.
            seen: float [m], at the weights of the gradients the noisy sum less the images' part.
            noise: float [w], what was added to the sums of the watched.
            mechanism: as stated; its samples are taken as Poisson's.
        """
        self.noise.scatter_nd_update([[step]], [noise.astype(np.float32)])
        self.scores.assign_add(
            remove_one_loss(
                seen.astype(np.float64) / mechanism.l2_norm_clip,
                mechanism.noise_multiplier,
                mechanism.sampling_probability,
            )
        )


class Audited:
    """A training with canaries in it: a base that stands before the recipe's trainer.

    With ``noise_source: seed`` coins, samples and noise are others than the target's own.

    Args:
        canaries: gradients, 1 or more.
        mislabelled: indices of the training images with a false class, int64 [k].
        settings: the recipe's, with noise above 0.
        data: image_shape, classes, examples and seed, as for the recipe's trainer.

    Attributes:
        planted: the canaries.

    Raises:
        UserError: there are more canaries than weights, or as the recipe's trainer.
    """

    # Of the recipe's trainer.
    network: tf.keras.Model
    state: list[tf.Variable]
    steps_per_epoch: int
    _randomness: Randomness
    _examples: int

    def __init__(
        self, canaries: int, mislabelled: np.ndarray, settings: RecipeSettings, *data: Any
    ) -> None:
        super().__init__(settings, *data)  # type: ignore[call-arg]  # of the recipe's trainer
        if self._randomness.seed is not None:
            self._randomness = Randomness(self._randomness.seed + _OTHER_SEED)
        self._images = self._examples
        self.planted = Planted(
            canaries,
            mislabelled,
            self._images,
            sum(int(tf.size(one)) for one in self.network.trainable_variables),
            settings.epochs * self.steps_per_epoch,
            self._randomness,
        )
        self.state += self.planted.state

    def members(self) -> np.ndarray:
        """See `Planted.members`; the recipe draws its batches of as many, by their places."""
        members = self.planted.members()
        self._examples = len(members)
        return members
