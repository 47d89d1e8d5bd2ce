"""NoPeek: the activation is to say what the class is, and little else of the image.

After Vepakomma, Singh, Gupta and Raskar 2020 (NoPeek: information leakage reduction to share
activations in distributed deep learning, arXiv 2008.09161).
"""

import tensorflow as tf

from intercept.network import split
from intercept.training.distance_correlation import distance_correlation
from intercept.training.recipes.non_private.trainer import OrdinaryTrainer
from intercept.training.recipes.nopeek.settings import Settings


class Trainer(OrdinaryTrainer[Settings]):
    """As without a defence, with a price on what the activation has in common with the image.

    Args:
        settings: the recipe's.
        image_shape: (height, width, channels).
        classes: number of classes.
        examples: size of the training set.
        seed: initialises the weights and orders the images.

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
        self._weight = settings.weight
        self._parts = split(self.network, settings.cut_layer)

    def objective(
        self, images: tf.Tensor, labels: tf.Tensor
    ) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
        """Mean cross-entropy plus the weighted distance correlation within the batch."""
        activations = self._parts.mobile(images, training=True)
        probabilities = self._parts.server(activations, training=True)
        losses = tf.keras.losses.sparse_categorical_crossentropy(labels, probabilities)
        price = self._weight * distance_correlation(images, activations)
        return tf.reduce_mean(losses) + price, losses, probabilities
