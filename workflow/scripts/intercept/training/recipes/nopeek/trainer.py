"""NoPeek: the activation is to say what the class is, and little else of the image.

After Vepakomma, Singh, Gupta and Raskar 2020 (NoPeek: information leakage reduction to share
activations in distributed deep learning, arXiv 2008.09161).
"""

import tensorflow as tf

from intercept.training.distance_correlation import distance_correlation
from intercept.training.recipes.non_private.trainer import SplitTrainer
from intercept.training.recipes.nopeek.settings import Settings


class Trainer(SplitTrainer[Settings]):
    """As without a defence, with a price on what the activation has in common with the image."""

    def price(self, images: tf.Tensor, activations: tf.Tensor) -> tf.Tensor:
        """The weighted distance correlation within the batch."""
        return self._settings.weight * distance_correlation(images, activations)
