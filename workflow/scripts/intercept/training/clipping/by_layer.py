"""Per-example gradients, clipped and summed, at about the cost of an ordinary step.

The forward pass and the gradients with respect to each layer's output run over the whole batch,
as in ordinary training. What differs between examples are the gradients with respect to the
weights, and of those only the norm and the clipped sum are wanted. Where a kernel is used at few
positions (a dense layer at one), both come from matrix products over the whole batch, without any
example's gradient (Goodfellow 2015, arXiv 1510.01799; Bu, Mao and Xu 2022, arXiv 2205.10683,
section 3). Elsewhere the gradients are taken one example at a time, so that no more than two are
held in memory.
"""

from typing import Any

import tensorflow as tf

from intercept.training.clipping.layers import ByExample, Looped, Part, Products
from intercept.training.clipping.one_by_one import clipping_factor
from intercept.training.clipping.tapping import Tapped


def _squares(x: tf.Tensor) -> tf.Tensor:
    """The squared l2 norm of each example, [n]."""
    return tf.reduce_sum(tf.square(x), axis=list(range(1, x.shape.rank)))


def _scaled(x: tf.Tensor, factors: tf.Tensor) -> tf.Tensor:
    """Examples [n, ...] times their factors [n]; a factor of 0 silences infinities, too."""
    return tf.math.multiply_no_nan(x, tf.reshape(factors, (-1, *[1] * (x.shape.rank - 1))))


def _squared_norms_of_products(rows: tf.Tensor, columns: tf.Tensor) -> tf.Tensor:
    """The squared norm of each example's rowsᵀ columns, [n], without that product.

    In float64: where positions cancel, float32 would leave nothing of a norm that is above 0,
    and the example would not be clipped.
    """
    rows, columns = tf.cast(rows, tf.float64), tf.cast(columns, tf.float64)
    among_rows = tf.matmul(rows, rows, transpose_b=True)
    among_columns = tf.matmul(columns, columns, transpose_b=True)
    squares = tf.reduce_sum(among_rows * among_columns, axis=(1, 2))
    return tf.cast(tf.maximum(squares, 0), tf.float32)


def _clipped_sum_of_products(rows: tf.Tensor, columns: tf.Tensor, factors: tf.Tensor) -> tf.Tensor:
    """The sum over examples of factor times rowsᵀ columns, [k, channels]."""
    rows, columns = _scaled(rows, tf.sign(factors)), _scaled(columns, factors)
    k, channels = rows.shape[-1], columns.shape[-1]
    rows, columns = tf.reshape(rows, (-1, k)), tf.reshape(columns, (-1, channels))
    return tf.matmul(rows, columns, transpose_a=True)


class ClippedByLayer:
    """Sums of per-example gradients of the cross-entropy, each clipped to an l2 norm.

    An example whose gradient is not finite adds nothing.

    Args:
        network: from images to probabilities, for which
            `intercept.training.clipping.tapping.not_by_layer` gives no reason.
        l2_norm_clip: the largest l2 norm of one example's gradient over all weights, above 0.

    Attributes:
        l2_norm_clip: as given.
        way: how the gradients are taken, in words.
        reason: None; see `intercept.training.clipping.one_by_one.ClippedOneByOne`.
    """

    way = "by layer"
    reason: str | None = None

    def __init__(self, network: tf.keras.Model, l2_norm_clip: float) -> None:
        self._network = network
        self._tapped = Tapped(network)
        self.l2_norm_clip = l2_norm_clip

    def __call__(
        self, images: tf.Tensor, labels: tf.Tensor
    ) -> tuple[list[tf.Tensor], tf.Tensor, tf.Tensor]:
        """Clip every example's gradient and add them up; for use inside a ``tf.function``.

        Args:
            images: float32 [n, height, width, channels]. For n of 0 the shape has to say so
                (TensorFlow's convolutions take no empty batch, so nothing is computed).
            labels: int64 [n], each below the number of classes.

        Returns:
            The sums, float32, shaped as the network's trainable variables; the losses, float32
            [n]; the probabilities, float32 [n, classes].
        """
        variables = self._network.trainable_variables
        if images.shape[0] == 0:
            sums = [tf.zeros(variable.shape) for variable in variables]
            return sums, tf.zeros((0,)), tf.zeros((0, self._network.output_shape[-1]))
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            probabilities = self._tapped(images, tape)
            losses = tf.keras.losses.sparse_categorical_crossentropy(labels, probabilities)
            total = tf.reduce_sum(losses)
        uses = self._tapped.uses
        gradients = tape.gradient(
            total, [(use.linear, use.biased) for use in uses], unconnected_gradients="zero"
        )
        parts = {
            variable.ref(): part
            for use, at in zip(uses, gradients, strict=True)
            for variable, part in use.parts(*at)
        }
        factors, looped = self._factors(losses, parts)
        sums = []
        for variable in variables:
            part = parts[variable.ref()]
            if isinstance(part, Looped):
                sums.append(looped[variable.ref()])
            elif isinstance(part, Products):
                kernel = _clipped_sum_of_products(part.rows, part.columns, factors)
                sums.append(tf.reshape(kernel, variable.shape))
            else:
                sums.append(tf.reduce_sum(_scaled(part.gradients, factors), axis=0))
        return sums, losses, probabilities

    def _factors(
        self, losses: tf.Tensor, parts: dict[Any, Part]
    ) -> tuple[tf.Tensor, dict[Any, tf.Tensor]]:
        """The factor that clips each example, [n], and the clipped sums of what is looped."""
        squares = tf.zeros_like(losses)
        for part in parts.values():
            if isinstance(part, ByExample):
                squares += _squares(part.gradients)
            elif isinstance(part, Products):
                squares += _squared_norms_of_products(part.rows, part.columns)
        looped = {ref: part for ref, part in parts.items() if isinstance(part, Looped)}
        shapes = [ref.deref().shape for ref in looped]
        factors, sums = self._clip_one_by_one(list(looped.values()), shapes, squares)
        return factors, dict(zip(looped, sums, strict=True))

    def _clip_one_by_one(
        self, looped: list[Looped], shapes: list[tf.TensorShape], squares: tf.Tensor
    ) -> tuple[tf.Tensor, list[tf.Tensor]]:
        """Go through the examples, with two examples' kernel gradients in memory at most.

        Args:
            looped: kernels.
            shapes: of these.
            squares: float32 [n], the squared norm of each example over all other weights.

        Returns:
            The factor that clips each example, float32 [n], and the clipped sums of `looped`.
        """
        examples = tf.size(squares)

        def add_example(index: tf.Tensor, factors: tf.TensorArray, sums: list[tf.Tensor]) -> tuple:
            gradients = [
                part.of_one(part.inputs[index, tf.newaxis], part.gradients[index, tf.newaxis])
                for part in looped
            ]
            square = tf.add_n([squares[index], *(2 * tf.nn.l2_loss(g) for g in gradients)])
            factor = clipping_factor(square, self.l2_norm_clip)
            sums = [
                total + tf.math.multiply_no_nan(g, factor)
                for total, g in zip(sums, gradients, strict=True)
            ]
            return index + 1, factors.write(index, factor), sums

        _, factors, sums = tf.while_loop(
            lambda index, *_: index < examples,
            add_example,
            (
                tf.constant(0),
                tf.TensorArray(tf.float32, examples, element_shape=()),
                [tf.zeros(shape) for shape in shapes],
            ),
            parallel_iterations=2,  # one example's convolutions leave a second thread idle
        )
        return factors.stack(), sums
