"""How much a network computes: multiply-accumulates (MACs), counted layer by layer."""

import math
from collections.abc import Iterable

import tensorflow as tf

from intercept.networks.graph import Call, calls, is_graph, outputs_of

_layers = tf.keras.layers
_TRANSPOSED = (_layers.Conv1DTranspose, _layers.Conv2DTranspose, _layers.Conv3DTranspose)
_CONVOLUTIONS = (
    *(_layers.Conv1D, _layers.Conv2D, _layers.Conv3D),
    *(_layers.DepthwiseConv1D, _layers.DepthwiseConv2D),
)
_SEPARABLE = (_layers.SeparableConv1D, _layers.SeparableConv2D)
_COUNTED = (_layers.Dense, *_CONVOLUTIONS, *_SEPARABLE, *_TRANSPOSED)
_PRODUCTS = ("matmul", "einsum", "tensordot")  # operations that may be most of a network


def count_macs(some: Iterable[Call]) -> int:
    """MACs for one image of calls of layers; of networks among them, those of their layers.

    Counted are dense layers and convolutions, the separable and the transposed too. Everything
    else is 0: see `uncounted`.
    """
    return sum(_macs(call) for call in some)


def uncounted(some: Iterable[Call]) -> list[str]:
    """Types of layers that multiply by weights and are not counted, sorted.

    Those that scale channels by themselves, as normalisations do, are left out.
    """
    found = set()
    for call in some:
        layer = call.layer
        if is_graph(layer):
            found |= set(uncounted(calls(layer)))
        elif _counted(call):
            continue
        elif any(len(weight.shape) > 1 for weight in layer.weights):
            found.add(type(layer).__name__)
        elif (name := getattr(getattr(layer, "function", None), "__name__", "")) in _PRODUCTS:
            found.add(f"tf.{name}")
    return sorted(found)


def _counted(call: Call) -> bool:
    """Whether it is of a type that is counted, and of a size that is known before it runs."""
    if not isinstance(call.layer, _COUNTED):
        return False
    ends = outputs_of(call)[0], call.keras_inputs[0]
    return all(None not in tensor.shape[1:] for tensor in ends)


def _macs(call: Call) -> int:
    layer = call.layer
    if is_graph(layer):
        return count_macs(calls(layer))
    if not _counted(call):
        return 0
    output, given = _numbers(outputs_of(call)[0]), _numbers(call.keras_inputs[0])
    if isinstance(layer, _layers.Dense):
        return output * layer.kernel.shape[0]
    if isinstance(layer, _SEPARABLE):
        positions = output // layer.filters
        return positions * (_size(layer.depthwise_kernel) + _size(layer.pointwise_kernel))
    if isinstance(layer, _TRANSPOSED):  # each place of its input is multiplied by the whole kernel
        return given // layer.kernel.shape[-1] * _size(layer.kernel)
    if isinstance(layer, (_layers.DepthwiseConv1D, _layers.DepthwiseConv2D)):
        kernel = layer.depthwise_kernel
        return output // math.prod(kernel.shape[-2:]) * _size(kernel)
    return output // layer.filters * _size(layer.kernel)


def _numbers(tensor: tf.Tensor) -> int:
    """How many a tensor has for one image."""
    return math.prod(tensor.shape[1:])


def _size(weights: tf.Variable) -> int:
    return math.prod(weights.shape)
