"""The recipe of the post's part 1, as it ran.

The post calls its model without training mode: dropout is off, and BatchNorm's moving statistics
stay at 0 and 1, so that what remains of BatchNorm is a learned scale and offset for each channel.
Its loss is not averaged: gradients are those of the sum over a batch.
"""

from collections.abc import Iterator

import numpy as np
import tensorflow as tf

from intercept.training.architecture import network_to_train
from intercept.training.recipes.non_private.trainer import OrdinaryTrainer
from intercept.training.recipes.post_part_1.settings import Settings

_SHUFFLE_BUFFER = 1000


class Trainer(OrdinaryTrainer[Settings]):
    """Adam on batches from a shuffle buffer of 1,000 images; see `OrdinaryTrainer`."""

    def build(
        self, settings: Settings, image_shape: tuple[int, int, int], classes: int, seed: int
    ) -> tf.keras.Model:
        """The post's network, with BatchNorm and dropout."""
        return network_to_train(settings, image_shape, classes, seed, "batch", dropout=0.2)

    def objective(
        self, images: tf.Tensor, labels: tf.Tensor
    ) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
        """The sum of the cross-entropies, in inference mode."""
        probabilities = self.network(images, training=False)
        losses = tf.keras.losses.sparse_categorical_crossentropy(labels, probabilities)
        return tf.reduce_sum(losses), losses, probabilities

    def batches(self, epoch: int) -> Iterator[np.ndarray]:
        """The index arrays, int64, of one epoch's batches."""
        seed = int(self._randomness.generator("shuffling", epoch).integers(2**31))
        tf.random.set_seed(seed)  # the operation's own seed does not settle the order alone
        order = tf.data.Dataset.range(self._examples).shuffle(_SHUFFLE_BUFFER, seed=seed)
        yield from order.batch(self._settings.batch_size).as_numpy_iterator()
