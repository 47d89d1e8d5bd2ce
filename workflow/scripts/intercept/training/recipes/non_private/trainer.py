"""Training without differential privacy of the network of the recipe dp-adam, or of a file's.

A control: the layers, normalisation and initial weights of `intercept.training.recipes.dp_adam` for
the same seed, with ordinary batches and gradients that are neither clipped nor noisy.
"""

from collections.abc import Iterator
from typing import Generic, TypeVar

import numpy as np
import tensorflow as tf

from intercept.networks.cutting import split
from intercept.training.architecture import drawing_states, network_to_train
from intercept.training.randomness import Randomness
from intercept.training.recipes.non_private.settings import Settings
from intercept.training.settings import CutSettings, NetworkSettings

S = TypeVar("S", bound=NetworkSettings)
T = TypeVar("T", bound=CutSettings)


class OrdinaryTrainer(Generic[S]):
    """Adam on batches of a random order of the training set.

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
        settings: S,
        image_shape: tuple[int, int, int],
        classes: int,
        examples: int,
        seed: int,
    ) -> None:
        self._settings = settings
        self._examples = examples
        self._randomness = Randomness(seed)
        self.steps_per_epoch = -(-examples // settings.batch_size)
        self.network = self.build(settings, image_shape, classes, seed)
        self._optimizer = tf.keras.optimizers.Adam(settings.learning_rate)
        self._optimizer.build(self.network.trainable_variables)
        self.state = [
            *self.network.variables,
            *drawing_states(self.network),
            *self._optimizer.variables,
        ]
        self.step = tf.function(
            self._update,
            input_signature=[
                tf.TensorSpec((None, *image_shape), tf.float32),
                tf.TensorSpec((None,), tf.int64),
            ],
        )

    def build(
        self, settings: S, image_shape: tuple[int, int, int], classes: int, seed: int
    ) -> tf.keras.Model:
        """The network with fresh weights; see `network_to_train`."""
        return network_to_train(settings, image_shape, classes, seed, "example")

    def objective(
        self, images: tf.Tensor, labels: tf.Tensor
    ) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
        """What a step makes smaller: a scalar; with it losses [n] and probabilities [n, classes].

        Args:
            images: float32 [n, height, width, channels].
            labels: int64 [n].
        """
        probabilities = self.network(images, training=True)
        losses = tf.keras.losses.sparse_categorical_crossentropy(labels, probabilities)
        return tf.reduce_mean(losses), losses, probabilities

    def batches(self, epoch: int) -> Iterator[np.ndarray]:
        """The index arrays, int64, of one epoch's batches."""
        order = self._randomness.generator("shuffling", epoch).permutation(self._examples)
        for first in range(0, self._examples, self._settings.batch_size):
            yield order[first : first + self._settings.batch_size]

    def _update(self, images: tf.Tensor, labels: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        variables = self.network.trainable_variables
        with tf.GradientTape() as tape:
            objective, losses, probabilities = self.objective(images, labels)
        gradients = tape.gradient(objective, variables)
        self._optimizer.apply_gradients(zip(gradients, variables, strict=True))
        return losses, probabilities


class SplitTrainer(OrdinaryTrainer[T]):
    """Adam on a network that is cut behind one layer while it learns.

    Args:
        settings: the recipe's.
        image_shape: (height, width, channels).
        classes: number of classes.
        examples: size of the training set.
        seed: initialises the weights and orders the images.

    Raises:
        UserError: as `OrdinaryTrainer`, or the network cannot be cut behind the layer that the
            settings name.
    """

    def __init__(
        self,
        settings: T,
        image_shape: tuple[int, int, int],
        classes: int,
        examples: int,
        seed: int,
    ) -> None:
        super().__init__(settings, image_shape, classes, examples, seed)
        self._parts = split(self.network, settings.cut_layer)

    def received(self, activations: tf.Tensor) -> tf.Tensor:
        """What comes over the wire of activations, float32 [n, ...]: these, as they are."""
        return activations

    def price(self, images: tf.Tensor, activations: tf.Tensor) -> tf.Tensor | float:
        """What is added to the mean cross-entropy: nothing."""
        return 0.0

    def objective(
        self, images: tf.Tensor, labels: tf.Tensor
    ) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
        """Mean cross-entropy of what the server makes of what it receives, plus the price."""
        activations = self._parts.mobile(images, training=True)
        probabilities = self._parts.server(self.received(activations), training=True)
        losses = tf.keras.losses.sparse_categorical_crossentropy(labels, probabilities)
        return tf.reduce_mean(losses) + self.price(images, activations), losses, probabilities


class Trainer(OrdinaryTrainer[Settings]):
    """The recipe itself, which changes nothing of the ordinary training."""
