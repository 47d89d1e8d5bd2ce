"""A network whose layers with weights say what they took and put out."""

from dataclasses import dataclass, field

import tensorflow as tf

from intercept.training.clipping.layers import (
    RULES,
    ByExample,
    Part,
    keeps_apart,
    over_positions,
)

L = tf.keras.layers

# A maximum may be taken before these as well as after them, for they never decrease.
_MONOTONE = (tf.keras.activations.relu, tf.keras.activations.linear)


def not_by_layer(network: tf.keras.Model) -> str | None:
    """Why gradients by example cannot be had layer by layer; None if they can."""
    for layer in network.layers:
        if not keeps_apart(layer):
            return f"there is no rule for layer {layer.name!r} ({type(layer).__name__})"
        if layer.trainable_weights and layer.compute_dtype != "float32":
            return f"layer {layer.name!r} computes in {layer.compute_dtype}"
    used = [use.layer.name for use in Tapped(network).uses]
    twice = next((name for name in used if used.count(name) > 1), None)
    return twice and f"layer {twice!r} is used more than once"


@dataclass(frozen=True)
class Use:
    """A layer with weights in the forward pass.

    Attributes:
        layer: one that `intercept.training.clipping.layers.RULES` has.
        inputs: what it received, [n, ..., channels].
        linear: what comes of them, before the bias.
        biased: the same with the bias, where bias and activation may come behind the pooling
            that follows.
    """

    layer: tf.keras.layers.Layer
    inputs: tf.Tensor
    linear: tf.Tensor
    biased: tf.Tensor

    def parts(self, at_linear: tf.Tensor, at_biased: tf.Tensor) -> list[tuple[tf.Variable, Part]]:
        """What is known of the gradient of each weight, from those at `linear` and `biased`."""
        rule = RULES[type(self.layer)]
        bias = getattr(self.layer, rule.bias)
        weights = [weight for weight in self.layer.trainable_weights if weight is not bias]
        parts = rule.parts(self.layer, self.inputs, self.linear, at_linear)
        found = list(zip(weights, parts, strict=True))
        if bias is not None:
            found.append((bias, ByExample(over_positions(at_biased))))
        return found


class Tapped:
    """The network with the same weights, whose layers keep the tensors that they work on.

    Args:
        network: functional or sequential; each of its layers keeps examples apart.

    Attributes:
        uses: of the layers with trainable weights, in the order in which they ran last.
    """

    def __init__(self, network: tf.keras.Model) -> None:
        self._taps = _Taps()
        pooled = _pooled_first(network)

        def tapped(layer: tf.keras.layers.Layer) -> tf.keras.layers.Layer:
            if layer in pooled.values():
                return L.Activation("linear", name=layer.name)
            return _Tap(layer, pooled.get(layer), self._taps)

        self._network = tf.keras.models.clone_model(network, clone_function=tapped)

    @property
    def uses(self) -> list[Use]:
        """See the class."""
        return self._taps.uses

    def __call__(self, images: tf.Tensor, tape: tf.GradientTape) -> tf.Tensor:
        """The network's output in training mode; the tape watches what the layers keep."""
        self._taps.uses, self._taps.tape = [], tape
        return self._network(images, training=True)


def _pooled_first(network: tf.keras.Model) -> dict[tf.keras.layers.Layer, tf.keras.layers.Layer]:
    """Convolutions whose output goes to a maximum alone, with that layer."""
    found = {}
    for pool in network.layers:
        if type(pool) is not L.MaxPooling2D or pool.data_format != "channels_last":
            continue
        before = [node.inbound_layers for node in pool.inbound_nodes]
        if len(before) != 1 or type(before[0]) is not L.Conv2D:
            continue
        convolution = before[0]
        alone = [node.outbound_layer for node in convolution.outbound_nodes] == [pool]
        if alone and convolution.activation in _MONOTONE and convolution.trainable_weights:
            found[convolution] = pool
    return found


@dataclass
class _Taps:
    uses: list[Use] = field(default_factory=list)
    tape: tf.GradientTape | None = None  # where a network is built nothing is differentiated


class _Tap(tf.keras.layers.Layer):
    """Computes as a layer does, and keeps the tensors if that has weights to train."""

    def __init__(
        self, layer: tf.keras.layers.Layer, pool: tf.keras.layers.Layer | None, taps: _Taps
    ) -> None:
        super().__init__(name=layer.name)
        self._layer, self._pool, self._taps = layer, pool, taps

    def call(self, inputs: tf.Tensor) -> tf.Tensor:
        if not self._layer.trainable_weights:
            return self._layer(inputs)
        rule, layer = RULES[type(self._layer)], self._layer
        linear = rule.linear(layer, inputs)
        self._watch(linear)
        x = linear
        if self._pool is not None:  # pooled first, bias and activation meet fewer values
            size, strides = self._pool.pool_size, self._pool.strides
            x = tf.nn.max_pool2d(x, size, strides, self._pool.padding.upper())
        bias = getattr(layer, rule.bias)
        if bias is not None:
            x = tf.nn.bias_add(x, bias)
        self._watch(x)
        self._taps.uses.append(Use(layer, inputs, linear, x))
        return getattr(layer, "activation", tf.identity)(x)

    def _watch(self, x: tf.Tensor) -> None:
        if self._taps.tape is not None:
            self._taps.tape.watch(x)
