"""Per-example gradients, clipped and summed, at about the cost of an ordinary step.

The forward pass and the gradients with respect to each layer's output run over the whole batch,
as in ordinary training. What differs between examples are the gradients with respect to the
weights, and of those only the norm and the clipped sum are wanted. Where a kernel is used at few
positions (a dense layer at one), both come from matrix products over the whole batch, without any
example's gradient (Goodfellow 2015, arXiv 1510.01799; Bu, Mao and Xu 2022, arXiv 2205.10683,
section 3). Elsewhere the gradients are taken one example at a time, so that no more than two are
held in memory.
"""

from dataclasses import dataclass

import tensorflow as tf

from intercept.runtime.errors import UserError

_WEIGHTED = (tf.keras.layers.Conv2D, tf.keras.layers.Dense)
# A maximum may be taken before these as well as after them, for they never decrease.
_MONOTONE = (tf.keras.activations.relu, tf.keras.activations.linear)
# The most positions at which matrix products were faster than one example after the other.
_FEW_POSITIONS = 16


def _chain(network: tf.keras.Model) -> list[tf.keras.layers.Layer]:
    """The layers in order, or a refusal of what has no gradient by example here."""
    layers = [x for x in network.layers if not isinstance(x, tf.keras.layers.InputLayer)]
    for layer in layers:
        if isinstance(layer, tf.keras.layers.BatchNormalization):
            raise UserError(
                f"targets: layer {layer.name!r} is BatchNormalization, which mixes the examples "
                "of a batch, so that no example's gradient can be clipped by itself; "
                "use a normalisation over each example"
            )
        if layer.trainable_weights and type(layer) not in _WEIGHTED:  # subclasses differ
            raise UserError(
                f"targets: layer {layer.name!r} ({type(layer).__name__}) has weights whose "
                "gradient by example is not known; allowed are Conv2D and Dense"
            )
        if isinstance(layer, tf.keras.layers.Conv2D) and layer.groups > 1:
            raise UserError(f"targets: layer {layer.name!r} has groups; allowed is Conv2D without")
    before = network.inputs[0]
    for layer in layers:
        if len(layer.inbound_nodes) != 1 or layer.input is not before:
            raise UserError(
                f"targets: layer {layer.name!r} does not follow on the layer before it alone; "
                "only networks that are one chain of layers, each used once, can be clipped"
            )
        before = layer.output
    return layers


@dataclass(frozen=True)
class _Weighted:
    """A layer with weights in the forward pass.

    Attributes:
        layer: Conv2D or Dense.
        inputs: what it received, [n, ..., channels].
        linear: inputs times kernel.
        biased: the same with the bias, where bias and activation may come behind the
            pooling that follows.
    """

    layer: tf.keras.layers.Layer
    inputs: tf.Tensor
    linear: tf.Tensor
    biased: tf.Tensor

    @property
    def has_few_positions(self) -> bool:
        """Whether the kernel is used at few positions of an example."""
        return self.linear.shape[1:-1].num_elements() <= _FEW_POSITIONS

    def rows(self) -> tf.Tensor:
        """What the kernel is multiplied with at each position, [n, positions, k]."""
        x = self.inputs
        if isinstance(self.layer, tf.keras.layers.Conv2D):
            x = tf.image.extract_patches(
                x,
                [1, *self.layer.kernel_size, 1],
                [1, *self.layer.strides, 1],
                [1, *self.layer.dilation_rate, 1],
                self.layer.padding.upper(),
            )
        return tf.reshape(x, (-1, self.linear.shape[1:-1].num_elements(), x.shape[-1]))

    def columns(self, gradients: tf.Tensor) -> tf.Tensor:
        """Gradients at `linear`, [n, positions, channels]."""
        positions, channels = self.linear.shape[1:-1].num_elements(), self.linear.shape[-1]
        return tf.reshape(gradients, (-1, positions, channels))


def _forward(
    layers: list[tf.keras.layers.Layer], images: tf.Tensor, tape: tf.GradientTape
) -> tuple[tf.Tensor, list[_Weighted]]:
    """The output, and the layers with weights, whose values the tape watches."""
    x = images
    weighted = []
    following = [*layers[1:], None]
    done = None
    for layer, after in zip(layers, following, strict=True):
        if layer is done:
            continue
        if not layer.trainable_weights:
            x = layer(x, training=True)
            continue
        inputs = x
        if isinstance(layer, tf.keras.layers.Conv2D):
            linear = layer.convolution_op(inputs, layer.kernel)
        else:
            linear = tf.tensordot(inputs, layer.kernel, 1)
        tape.watch(linear)
        x = linear
        if type(after) is tf.keras.layers.MaxPooling2D and layer.activation in _MONOTONE:
            # Pooled first, bias and activation meet a fraction of the values.
            x = tf.nn.max_pool2d(x, after.pool_size, after.strides, after.padding.upper())
            done = after
        if layer.use_bias:
            x = tf.nn.bias_add(x, layer.bias)
        tape.watch(x)
        weighted.append(_Weighted(layer, inputs, linear, x))
        x = layer.activation(x)
    return x, weighted


def _kernel_gradient(
    layer: tf.keras.layers.Layer, inputs: tf.Tensor, output_gradients: tf.Tensor
) -> tf.Tensor:
    """The gradient of one example's loss; the arguments have no batch axis."""
    if isinstance(layer, tf.keras.layers.Conv2D):
        return tf.raw_ops.Conv2DBackpropFilter(
            input=inputs[tf.newaxis],
            filter_sizes=layer.kernel.shape,
            out_backprop=output_gradients[tf.newaxis],
            strides=[1, *layer.strides, 1],
            padding=layer.padding.upper(),
            dilations=[1, *layer.dilation_rate, 1],
        )
    positions = tf.reshape(inputs, (-1, inputs.shape[-1]))
    gradients = tf.reshape(output_gradients, (-1, output_gradients.shape[-1]))
    return tf.matmul(positions, gradients, transpose_a=True)


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


class ClippedGradients:
    """Sums of per-example gradients of the cross-entropy, each clipped to an l2 norm.

    An example whose gradient is not finite adds nothing.

    Args:
        network: one chain of layers from images to probabilities, whose trainable ones are
            Conv2D and Dense.
        l2_norm_clip: the largest l2 norm of one example's gradient over all weights, above 0.

    Raises:
        UserError: the network has BatchNormalization, other layers with weights, grouped
            convolutions, or branches.
    """

    def __init__(self, network: tf.keras.Model, l2_norm_clip: float) -> None:
        self._network = network
        self._layers = _chain(network)
        self._clip = l2_norm_clip

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
        if images.shape[0] == 0:
            sums = [tf.zeros(variable.shape) for variable in self._network.trainable_variables]
            return sums, tf.zeros((0,)), tf.zeros((0, self._network.output_shape[-1]))
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            probabilities, weighted = _forward(self._layers, images, tape)
            losses = tf.keras.losses.sparse_categorical_crossentropy(labels, probabilities)
            total = tf.reduce_sum(losses)
        at_linear, at_biased = tape.gradient(
            total, ([w.linear for w in weighted], [w.biased for w in weighted])
        )
        biases = [
            tf.reduce_sum(gradient, axis=list(range(1, gradient.shape.rank - 1)))
            for gradient in at_biased
        ]
        squares = tf.zeros_like(losses)
        looped, products = [], {}
        for number, (w, gradients) in enumerate(zip(weighted, at_linear, strict=True)):
            if w.has_few_positions:
                rows, columns = products[number] = w.rows(), w.columns(gradients)
                squares += _squared_norms_of_products(rows, columns)
            else:
                looped.append((w, gradients))
            if w.layer.use_bias:
                squares += _squares(biases[number])
        factors, clipped = self._clip_one_by_one(looped, squares)
        kernels = iter(clipped)
        sums = []
        for number, (w, bias) in enumerate(zip(weighted, biases, strict=True)):
            if number in products:
                kernel = _clipped_sum_of_products(*products[number], factors)
                sums.append(tf.reshape(kernel, w.layer.kernel.shape))
            else:
                sums.append(next(kernels))
            if w.layer.use_bias:
                sums.append(tf.reduce_sum(_scaled(bias, factors), axis=0))
        return sums, losses, probabilities

    def _clip_one_by_one(
        self, looped: list[tuple[_Weighted, tf.Tensor]], squares: tf.Tensor
    ) -> tuple[tf.Tensor, list[tf.Tensor]]:
        """Go through the examples, with two examples' kernel gradients in memory at most.

        Args:
            looped: layers, with the gradients at what their kernels put out.
            squares: float32 [n], the squared norm of each example over all other weights.

        Returns:
            The factor that clips each example, float32 [n], and the clipped sums of `looped`.
        """
        examples = tf.size(squares)

        def add_example(index: tf.Tensor, factors: tf.TensorArray, sums: list[tf.Tensor]) -> tuple:
            gradients = [
                _kernel_gradient(w.layer, w.inputs[index], gradient[index])
                for w, gradient in looped
            ]
            square = tf.add_n([squares[index], *(2 * tf.nn.l2_loss(g) for g in gradients)])
            factor = self._clip / tf.maximum(tf.sqrt(square), self._clip)
            factor = tf.where(tf.math.is_finite(square), factor, 0.0)
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
                [tf.zeros(w.layer.kernel.shape) for w, _ in looped],
            ),
            parallel_iterations=2,  # one example's convolutions leave a second thread idle
        )
        return factors.stack(), sums
