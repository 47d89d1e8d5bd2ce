"""A split network that is trained through the noise of its wire, both parts at once."""

from collections.abc import Iterator

import numpy as np
import tensorflow as tf

from intercept.training.recipes.noise_trained.settings import Settings
from intercept.training.recipes.non_private.trainer import SplitTrainer

_LEAST = 1e-12  # keeps the norm of nothing from a division by zero


class Trainer(SplitTrainer[Settings]):
    """As without a defence, but for a clip and noise behind one layer.

    The noise is no promise: it is drawn from the seed, for training alone.

    Args:
        settings: the recipe's.
        image_shape: (height, width, channels).
        classes: number of classes.
        examples: size of the training set.
        seed: initialises the weights, orders the images and draws the noise.

    Raises:
        UserError: the images are too small, or the network cannot be cut behind the layer that the
            settings name.
    """

    def __init__(
        self,
        settings: Settings,
        image_shape: tuple[int, int, int],
        classes: int,
        examples: int,
        seed: int,
    ) -> None:
        super().__init__(settings, image_shape, classes, examples, seed)
        self._drawn = tf.random.Generator.from_seed(seed)
        self._noisy = tf.Variable(settings.ordinary_epochs == 0, trainable=False)
        self.state.append(self._drawn.state)

    def batches(self, epoch: int) -> Iterator[np.ndarray]:
        """The index arrays of one epoch's batches, whose steps are noisy or not."""
        self._noisy.assign(epoch >= self._settings.ordinary_epochs)
        return super().batches(epoch)

    def received(self, activations: tf.Tensor) -> tf.Tensor:
        """The activations, in noisy epochs clipped and with noise."""
        return tf.cond(self._noisy, lambda: self.noisy(activations), lambda: activations)

    def noisy(self, activations: tf.Tensor) -> tf.Tensor:
        """Clipped about the batch's centre, to a quantile of its norms, and with noise.

        Args:
            activations: float32 [n, ..., channels].
        """
        axes = list(range(1, len(activations.shape)))
        centre = tf.reduce_mean(activations, axis=[0, *axes[:-1]])
        offset = activations - centre
        squared = tf.reduce_sum(tf.square(offset), axis=axes, keepdims=True)
        norms = tf.sqrt(tf.maximum(squared, _LEAST))
        ordered = tf.sort(tf.reshape(norms, [-1]))
        last = tf.cast(tf.size(ordered) - 1, tf.float32)
        clip = tf.stop_gradient(
            tf.gather(ordered, tf.cast(last * self._settings.clip_quantile, tf.int32))
        )
        noise = self._drawn.normal(tf.shape(activations))
        clipped = offset * tf.minimum(1.0, clip / norms)
        return centre + clipped + noise * (clip / self._settings.clip_to_noise_ratio)
