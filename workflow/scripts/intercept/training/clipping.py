"""Per-example gradients, clipped and summed, at about the cost of an ordinary step.

The forward pass and the gradients with respect to each layer's output run over the whole batch,
as in ordinary training; only the gradients with respect to the weights, which differ between
examples, are taken one example at a time. No more than one example's convolution gradients are
held in memory.
"""

import tensorflow as tf
import tensorflow_privacy as tfp

from intercept.errors import UserError

_WEIGHTED = (tf.keras.layers.Conv2D, tf.keras.layers.Dense)


def _refuse_unsupported(network: tf.keras.Model) -> None:
    for layer in network.layers:
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


def _forward(
    network: tf.keras.Model, images: tf.Tensor, tape: tf.GradientTape
) -> tuple[tf.Tensor, list[tuple[tf.keras.layers.Layer, tf.Tensor, tf.Tensor]]]:
    """The output, and for every layer with weights its input and its value before activation."""
    x = images
    weighted = []
    for layer in network.layers[1:]:
        if type(layer) in _WEIGHTED:
            if isinstance(layer, tf.keras.layers.Conv2D):
                linear = layer.convolution_op(x, layer.kernel)
            else:
                linear = tf.tensordot(x, layer.kernel, 1)
            linear = tf.nn.bias_add(linear, layer.bias)
            tape.watch(linear)
            weighted.append((layer, x, linear))
            x = layer.activation(linear)
        else:
            x = layer(x, training=True)
    return x, weighted


def _kernel_gradient(
    layer: tf.keras.layers.Layer, inputs: tf.Tensor, output_gradients: tf.Tensor
) -> tf.Tensor:
    """The gradient of one example's loss; `inputs` and `output_gradients` have no batch axis."""
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


class ClippedGradients:
    """Sums of per-example gradients, each clipped by a TensorFlow Privacy query.

    Args:
        network: a chain of layers whose trainable ones are Conv2D and Dense.
        query: clips each record and keeps their sum, such as ``GaussianSumQuery``.

    Raises:
        UserError: the network has BatchNormalization, or other layers with weights.
    """

    def __init__(self, network: tf.keras.Model, query: tfp.DPQuery) -> None:
        _refuse_unsupported(network)
        self.variables = network.trainable_variables
        self._network = network
        self._query = query
        shape = network.input_shape
        self._sum = tf.function(
            self._sum_of_clipped,
            input_signature=[
                tf.TensorSpec(shape, tf.float32),
                tf.TensorSpec((None,), tf.int64),
            ],
        )

    def __call__(
        self, images: tf.Tensor, labels: tf.Tensor
    ) -> tuple[list[tf.Tensor], tf.Tensor, tf.Tensor]:
        """Clip every example's gradient of its cross-entropy and add them up.

        Args:
            images: float32 [n, height, width, channels]; n may be 0.
            labels: int64 [n], each below the number of classes.

        Returns:
            The sums, float32, shaped as ``variables``; the losses, float32 [n]; the
            probabilities, float32 [n, classes].
        """
        if len(labels) == 0:
            classes = self._network.output_shape[-1]
            zeros = [tf.zeros_like(variable) for variable in self.variables]
            return zeros, tf.zeros((0,)), tf.zeros((0, classes))
        return self._sum(images, labels)

    def _sum_of_clipped(
        self, images: tf.Tensor, labels: tf.Tensor
    ) -> tuple[list[tf.Tensor], tf.Tensor, tf.Tensor]:
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            probabilities, weighted = _forward(self._network, images, tape)
            losses = tf.keras.losses.sparse_categorical_crossentropy(labels, probabilities)
            total = tf.reduce_sum(losses)
        output_gradients = tape.gradient(total, [linear for _, _, linear in weighted])
        bias_gradients = [
            tf.reduce_sum(gradient, axis=list(range(1, gradient.shape.rank - 1)))
            for gradient in output_gradients
        ]
        query = self._query
        params = query.derive_sample_params(query.initial_global_state())

        def add_example(index: tf.Tensor, state: list[tf.Tensor]) -> tuple:
            record = []
            for (layer, inputs, _), gradient, bias in zip(
                weighted, output_gradients, bias_gradients, strict=True
            ):
                record += [_kernel_gradient(layer, inputs[index], gradient[index]), bias[index]]
            clipped = query.preprocess_record(params, record)
            return index + 1, query.accumulate_preprocessed_record(state, clipped)

        _, sums = tf.while_loop(
            lambda index, _: index < tf.shape(labels)[0],
            add_example,
            (tf.constant(0), query.initial_sample_state(self.variables)),
            parallel_iterations=1,  # one example's gradients in memory at a time
        )
        return sums, losses, probabilities
