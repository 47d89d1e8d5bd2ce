"""Layers whose weights' gradients are known by example, from what the layer takes and puts out.

Each rule says what a layer computes and, once the gradients at what it put out are known, what
they make of the gradients of its weights. A further layer takes an entry in `RULES`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import tensorflow as tf

L = tf.keras.layers

# The most positions at which matrix products were faster than one example after the other.
_FEW_POSITIONS = 16


@dataclass(frozen=True)
class ByExample:
    """The gradients of a weight themselves.

    Attributes:
        gradients: [n, *shape of the weight].
    """

    gradients: tf.Tensor


@dataclass(frozen=True)
class Products:
    """A kernel's gradient is rowsᵀ columns for each example, which is better not computed.

    Attributes:
        rows: what the kernel is multiplied with at each position, [n, positions, k].
        columns: the gradients at what comes of it, [n, positions, channels].
    """

    rows: tf.Tensor
    columns: tf.Tensor


@dataclass(frozen=True)
class Looped:
    """A kernel's gradient has to be taken for one example after the other.

    Attributes:
        inputs: what the layer took, [n, ...].
        gradients: at what it put out, [n, ...].
        of_one: the kernel's gradient, of both for one example, with a batch axis of 1.
    """

    inputs: tf.Tensor
    gradients: tf.Tensor
    of_one: Callable[[tf.Tensor, tf.Tensor], tf.Tensor]


Part = ByExample | Products | Looped


class Rule(Protocol):
    """What is known of a kind of layer.

    Attributes:
        bias: the name of the weight that is added by channel at the end; it may be None.
    """

    bias: str

    def knows(self, layer: tf.keras.layers.Layer) -> bool:
        """Whether the rule holds with the layer's settings."""

    def linear(self, layer: tf.keras.layers.Layer, inputs: tf.Tensor) -> tf.Tensor:
        """What the layer puts out before bias and activation."""

    def parts(
        self,
        layer: tf.keras.layers.Layer,
        inputs: tf.Tensor,
        linear: tf.Tensor,
        gradients: tf.Tensor,
    ) -> list[Part]:
        """For each trainable weight but the bias, in their order.

        Args:
            layer: with weights.
            inputs: what it took, [n, ...].
            linear: as `linear` gave it.
            gradients: at `linear`, shaped as that.
        """


def _positions(x: tf.Tensor) -> int:
    return x.shape[1:-1].num_elements()


def _flat(x: tf.Tensor) -> tf.Tensor:
    """[n, positions, channels]."""
    return tf.reshape(x, (-1, _positions(x), x.shape[-1]))


class _Dense:
    bias = "bias"

    def knows(self, layer: tf.keras.layers.Layer) -> bool:
        return True

    def linear(self, layer: tf.keras.layers.Layer, inputs: tf.Tensor) -> tf.Tensor:
        return tf.tensordot(inputs, layer.kernel, 1)

    def parts(
        self,
        layer: tf.keras.layers.Layer,
        inputs: tf.Tensor,
        linear: tf.Tensor,
        gradients: tf.Tensor,
    ) -> list[Part]:
        rows, columns = _flat(inputs), _flat(gradients)
        if _positions(linear) <= _FEW_POSITIONS:
            return [Products(rows, columns)]
        return [Looped(rows, columns, lambda x, g: tf.matmul(x[0], g[0], transpose_a=True))]


class _Conv2D:
    bias = "bias"

    def knows(self, layer: tf.keras.layers.Layer) -> bool:
        return layer.groups == 1 and layer.data_format == "channels_last"

    def linear(self, layer: tf.keras.layers.Layer, inputs: tf.Tensor) -> tf.Tensor:
        return layer.convolution_op(inputs, layer.kernel)

    def parts(
        self,
        layer: tf.keras.layers.Layer,
        inputs: tf.Tensor,
        linear: tf.Tensor,
        gradients: tf.Tensor,
    ) -> list[Part]:
        padding, strides = layer.padding.upper(), [1, *layer.strides, 1]
        dilations = [1, *layer.dilation_rate, 1]
        if _positions(linear) <= _FEW_POSITIONS:
            sizes = [1, *layer.kernel_size, 1]
            patches = tf.image.extract_patches(inputs, sizes, strides, dilations, padding)
            rows = tf.reshape(patches, (-1, _positions(linear), patches.shape[-1]))
            return [Products(rows, _flat(gradients))]
        return [
            Looped(
                inputs,
                gradients,
                lambda x, g: tf.raw_ops.Conv2DBackpropFilter(
                    input=x,
                    filter_sizes=layer.kernel.shape,
                    out_backprop=g,
                    strides=strides,
                    padding=padding,
                    dilations=dilations,
                ),
            )
        ]


class _DepthwiseConv2D:
    bias = "bias"

    def knows(self, layer: tf.keras.layers.Layer) -> bool:
        # TensorFlow on a CPU has no gradient by the kernel of a dilated one.
        return layer.data_format == "channels_last" and set(layer.dilation_rate) == {1}

    def _strides(self, layer: tf.keras.layers.Layer) -> list[int]:
        return [1, *layer.strides, 1]

    def linear(self, layer: tf.keras.layers.Layer, inputs: tf.Tensor) -> tf.Tensor:
        return tf.nn.depthwise_conv2d(
            inputs, layer.depthwise_kernel, self._strides(layer), layer.padding.upper()
        )

    def parts(
        self,
        layer: tf.keras.layers.Layer,
        inputs: tf.Tensor,
        linear: tf.Tensor,
        gradients: tf.Tensor,
    ) -> list[Part]:
        return [
            Looped(
                inputs,
                gradients,
                lambda x, g: tf.raw_ops.DepthwiseConv2dNativeBackpropFilter(
                    input=x,
                    filter_sizes=layer.depthwise_kernel.shape,
                    out_backprop=g,
                    strides=self._strides(layer),
                    padding=layer.padding.upper(),
                ),
            )
        ]


class _Normalisation:
    """Over each example by itself, then scaled by channel."""

    bias = "beta"

    def knows(self, layer: tf.keras.layers.Layer) -> bool:
        axes = layer.axis if isinstance(layer.axis, list | tuple) else [layer.axis]
        rank = len(layer.get_input_shape_at(0))
        return [axis % rank for axis in axes] == [rank - 1]

    def linear(self, layer: tf.keras.layers.Layer, inputs: tf.Tensor) -> tf.Tensor:
        return self._normalised(layer, inputs) * (layer.gamma if layer.scale else 1.0)

    def _normalised(self, layer: tf.keras.layers.Layer, inputs: tf.Tensor) -> tf.Tensor:
        config = layer.get_config() | {"scale": False, "center": False}
        return type(layer).from_config(config)(inputs)

    def parts(
        self,
        layer: tf.keras.layers.Layer,
        inputs: tf.Tensor,
        linear: tf.Tensor,
        gradients: tf.Tensor,
    ) -> list[Part]:
        if not layer.scale:
            return []
        return [ByExample(over_positions(gradients * self._normalised(layer, inputs)))]


def over_positions(gradients: tf.Tensor) -> tf.Tensor:
    """Sums over all but the examples and the channels, [n, channels]."""
    return tf.reduce_sum(gradients, axis=list(range(1, gradients.shape.rank - 1)))


RULES: dict[type, Rule] = {
    L.Conv2D: _Conv2D(),
    L.Dense: _Dense(),
    L.DepthwiseConv2D: _DepthwiseConv2D(),
    L.GroupNormalization: _Normalisation(),
    L.LayerNormalization: _Normalisation(),
}

# Layers without weights of which an example's output depends on that example alone. Of the random
# ones each value is drawn by itself.
_APART = (
    *(L.InputLayer, L.Activation, L.ReLU, L.LeakyReLU, L.ELU, L.ThresholdedReLU),
    *(L.MaxPooling2D, L.AveragePooling2D, L.GlobalMaxPooling2D, L.GlobalAveragePooling2D),
    *(L.Flatten, L.Reshape, L.Permute, L.ZeroPadding2D, L.Cropping2D, L.UpSampling2D, L.Rescaling),
    *(L.Add, L.Subtract, L.Multiply, L.Average, L.Maximum, L.Minimum, L.Concatenate, L.Softmax),
    *(L.Dropout, L.SpatialDropout2D, L.GaussianDropout, L.GaussianNoise),
)
_ACTIVATIONS = {
    function for name, function in vars(tf.keras.activations).items() if callable(function)
}


def keeps_apart(layer: tf.keras.layers.Layer) -> bool:
    """Whether it is known that what a layer puts out for an example depends on no other.

    Of layers with weights, as of others; subclasses are not known, since they may do anything.
    """
    rule = RULES.get(type(layer))
    if rule is None and type(layer) not in _APART:
        return False
    if rule is not None and not rule.knows(layer):
        return False
    if getattr(layer, "noise_shape", None) is not None:
        return False
    if type(layer) in (L.Concatenate, L.Softmax) and layer.axis != -1:
        return False
    return getattr(layer, "activation", None) in {None, *_ACTIVATIONS}
