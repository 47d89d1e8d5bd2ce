"""The recipe of the post's part 1, as it ran.

The post calls its model without training mode: dropout is off, and BatchNorm's moving statistics
stay at 0 and 1, so that what remains of BatchNorm is a learned scale and offset for each channel.
Its loss is not averaged: gradients are those of the sum over a batch.
"""

from collections.abc import Iterator

import numpy as np
import tensorflow as tf

from intercept.training.architecture import network_to_train
from intercept.training.randomness import Randomness
from intercept.training.recipes.post_part_1.settings import Settings

_SHUFFLE_BUFFER = 1000


class Trainer:
    """Adam on batches from a shuffle buffer of 1,000 images.

    Args:
        settings: the recipe's.
        image_shape: (height, width, channels).
        classes: number of classes.
        examples: size of the training set.
        seed: initialises the weights and orders the images.

    Attributes:
        network: the model being trained.
        state: every variable that training changes.
        steps_per_epoch: steps in one pass.
        mechanism: None, for there is nothing to account for.

    Raises:
        UserError: as `intercept.training.architecture.network_to_train`.
    """

    mechanism = None

    def __init__(
        self,
        settings: Settings,
        image_shape: tuple[int, int, int],
        classes: int,
        examples: int,
        seed: int,
    ) -> None:
        self._batch_size = settings.batch_size
        self._examples = examples
        self._randomness = Randomness(seed)
        self.network = network_to_train(settings, image_shape, classes, seed, "batch", dropout=0.2)
        self._optimizer = tf.keras.optimizers.Adam(settings.learning_rate)
        self._optimizer.build(self.network.trainable_variables)
        self.state = [*self.network.variables, *self._optimizer.variables]
        self.steps_per_epoch = -(-examples // settings.batch_size)
        self._train_step = tf.function(
            self._train_step_in_inference_mode,
            input_signature=[
                tf.TensorSpec((None, *image_shape), tf.float32),
                tf.TensorSpec((None,), tf.int64),
            ],
        )

    def batches(self, epoch: int) -> Iterator[np.ndarray]:
        """The index arrays, int64, of one epoch's batches."""
        seed = int(self._randomness.generator("shuffling", epoch).integers(2**31))
        tf.random.set_seed(seed)  # the operation's own seed does not settle the order alone
        order = tf.data.Dataset.range(self._examples).shuffle(_SHUFFLE_BUFFER, seed=seed)
        yield from order.batch(self._batch_size).as_numpy_iterator()

    def step(self, images: np.ndarray, labels: np.ndarray) -> tuple[tf.Tensor, tf.Tensor]:
        """One update; returns losses [n] and probabilities [n, classes] from before it."""
        return self._train_step(images, labels)

    def _train_step_in_inference_mode(
        self, images: tf.Tensor, labels: tf.Tensor
    ) -> tuple[tf.Tensor, tf.Tensor]:
        variables = self.network.trainable_variables
        with tf.GradientTape() as tape:
            probabilities = self.network(images, training=False)
            losses = tf.keras.losses.sparse_categorical_crossentropy(labels, probabilities)
            total = tf.reduce_sum(losses)
        gradients = tape.gradient(total, variables)
        self._optimizer.apply_gradients(zip(gradients, variables, strict=True))
        return losses, probabilities
