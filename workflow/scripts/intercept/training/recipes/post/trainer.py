"""Differentially private training as the post did it, whose epsilon does not hold.

TensorFlow Privacy's stock Adam takes the gradient of every example of a fixed batch, in a network
with BatchNorm, unless a file has another: its gradients mix the examples, and its moving averages
get no noise. The noise is TensorFlow's, which has an end. Batches come from a shuffle buffer over a
stream that repeats the training set, where the post's accounting assumes Poisson sampling.
"""

from collections.abc import Iterator

import numpy as np
import tensorflow as tf
import tensorflow_privacy as tfp

from intercept.accounting.mechanism import Mechanism
from intercept.runtime.errors import UserError
from intercept.training.architecture import (
    drawing_states,
    has_batch_normalisation,
    network_to_train,
)
from intercept.training.randomness import Randomness
from intercept.training.recipes.post.settings import Settings

_SHUFFLE_BUFFER = 1000


class Trainer:
    """``tfp.DPKerasAdamOptimizer`` with microbatches of one.

    Args:
        settings: the recipe's.
        image_shape: (height, width, channels).
        classes: number of classes.
        examples: size of the training set.
        seed: initialises the weights; orders images and draws noise only if the settings say so.

    Attributes:
        network: the model being trained.
        state: every variable that training changes.
        steps_per_epoch: `images_assumed` of the settings over the batch size.
        mechanism: what an accountant has to know.

    Raises:
        UserError: the batch size is above the number of examples; or as
            `intercept.training.architecture.network_to_train`.
    """

    def __init__(
        self,
        settings: Settings,
        image_shape: tuple[int, int, int],
        classes: int,
        examples: int,
        seed: int,
    ) -> None:
        if settings.batch_size > examples:
            raise UserError(
                f"targets: batch_size is {settings.batch_size}, more than the {examples} training "
                "images; ask for fewer"
            )
        self._examples = examples
        self._batch_size = settings.batch_size
        self._randomness = Randomness(seed if settings.noise_source == "seed" else None)
        # Of all epochs, and of a training that goes on: with another order in each, an image could
        # be used more often than there are passes, and the account would be too low.
        self._order = tf.Variable(self._drawn("shuffling", 0), trainable=False)
        self.steps_per_epoch = -(-settings.images_assumed // settings.batch_size)
        self.network = network_to_train(settings, image_shape, classes, seed, "batch")
        self.mechanism = Mechanism(
            sampler="shuffle-buffer",
            examples=examples,
            batch_size=settings.batch_size,
            l2_norm_clip=settings.l2_norm_clip,
            noise_multiplier=settings.noise_multiplier,
            delta=settings.delta,
            noise_source=settings.noise_source,
            noise_generator="tensorflow",
            batch_normalisation=has_batch_normalisation(self.network),
        )
        self._optimizer = tfp.DPKerasAdamOptimizer(
            l2_norm_clip=settings.l2_norm_clip,
            noise_multiplier=settings.noise_multiplier,
            num_microbatches=settings.batch_size,
            learning_rate=settings.learning_rate,
        )
        self._signature = [
            tf.TensorSpec((settings.batch_size, *image_shape), tf.float32),
            tf.TensorSpec((settings.batch_size,), tf.int64),
        ]
        self._trace_step(0)  # makes the optimizer's variables
        self.state = [
            *self.network.variables,
            *drawing_states(self.network),
            *self._optimizer.variables(),
            self._order,
        ]

    def batches(self, epoch: int) -> Iterator[np.ndarray]:
        """The index arrays, int64, of one epoch's batches; also seeds its noise."""
        tf.random.set_seed(int(self._order))  # the order is one stream over all epochs
        stream = tf.data.Dataset.range(self._examples).shuffle(_SHUFFLE_BUFFER).repeat()
        stream = stream.batch(self._batch_size).skip(epoch * self.steps_per_epoch)
        batches = stream.take(self.steps_per_epoch).as_numpy_iterator()
        self._trace_step(epoch)
        yield from batches

    def _trace_step(self, epoch: int) -> None:
        """Give the epoch's steps noise of their own.

        TensorFlow's operations keep the seed under which they are traced, also when another is
        set, and setting one lets them begin again at their first draw.
        """
        # None: from the operating system.
        fresh = self._randomness.seed is None
        tf.random.set_seed(None if fresh else self._drawn("noise", epoch))
        self._train_step = tf.function(self._update, input_signature=self._signature)
        self._train_step.get_concrete_function()

    def _drawn(self, purpose: str, number: int) -> int:
        """A seed of TensorFlow's."""
        return int(self._randomness.generator(purpose, number).integers(2**31))

    def step(self, images: np.ndarray, labels: np.ndarray) -> tuple[tf.Tensor, tf.Tensor]:
        """One update; returns losses [n] and probabilities [n, classes] from before it."""
        return self._train_step(images, labels)

    def _update(self, images: tf.Tensor, labels: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        variables = self.network.trainable_variables
        with tf.GradientTape(persistent=True) as tape:
            probabilities = self.network(images, training=True)
            losses = tf.keras.losses.sparse_categorical_crossentropy(labels, probabilities)
        self._optimizer.minimize(losses, variables, tape=tape)
        return losses, probabilities
