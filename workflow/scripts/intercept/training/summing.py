"""Gradients summed over the examples as they are, in the place of clipped ones."""

import tensorflow as tf


class SummedGradients:
    """The gradients of the summed loss; called as those of `intercept.training.clipping`.

    Args:
        network: a classifier that ends in a softmax.
    """

    def __init__(self, network: tf.keras.Model) -> None:
        self._network = network

    def __call__(
        self, images: tf.Tensor, labels: tf.Tensor
    ) -> tuple[list[tf.Tensor], tf.Tensor, tf.Tensor]:
        """Sum the gradients over the examples.

        Args:
            images: float32 [n, height, width, channels].
            labels: int64 [n].

        Returns:
            A sum for each trainable weight, 0 where there is no example; losses float32 [n] and
            probabilities float32 [n, classes].
        """
        weights = self._network.trainable_variables
        if images.shape[0] == 0:
            nothing = tf.zeros((0, self._network.output_shape[-1]))
            return [tf.zeros_like(weight) for weight in weights], nothing[:, 0], nothing
        with tf.GradientTape() as tape:
            probabilities = self._network(images, training=True)
            losses = tf.keras.losses.sparse_categorical_crossentropy(labels, probabilities)
            total = tf.reduce_sum(losses)
        return tape.gradient(total, weights), losses, probabilities
