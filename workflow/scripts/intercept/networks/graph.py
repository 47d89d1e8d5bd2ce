"""The graph of a Keras network: its calls of layers, made once more on other tensors."""

import itertools
from collections.abc import Collection, Iterable
from typing import Any

import tensorflow as tf

# What Keras has for a call of a layer: its layer, arguments and outputs.
Call = Any
# What each tensor of a graph stands for in another, by `id` of the tensor.
Tensors = dict[int, tf.Tensor]


# Of functional and of sequential networks; a class of the user's may have another.
_CALLS = (tf.keras.Sequential.call, tf.keras.Sequential.__base__.call)


def is_graph(layer: tf.keras.layers.Layer) -> bool:
    """Whether a layer is a network that does nothing but the calls of layers that Keras knows."""
    return (
        isinstance(layer, tf.keras.Model)
        and bool(layer._is_graph_network)
        and type(layer).call in _CALLS
    )


def calls(network: tf.keras.Model) -> list[Call]:
    """The calls of layers that a network consists of, inputs left out, each behind what it needs.

    Args:
        network: one that `is_graph`.
    """
    depths = network._nodes_by_depth
    every = itertools.chain.from_iterable(depths[depth] for depth in sorted(depths, reverse=True))
    return [call for call in every if not call.is_input]


def behind(network: tf.keras.Model, tensor: tf.Tensor) -> list[Call] | None:
    """The calls that make the network's output of one of its tensors.

    Returns:
        They in order; None where the tensor alone does not suffice, since a path leads around it.
    """
    made_by = {id(output): call for call in calls(network) for output in outputs_of(call)}
    needed, waiting = set(), [network.output]
    while waiting:
        one = waiting.pop()
        if one is tensor:
            continue
        call = made_by.get(id(one))
        if call is None:
            return None
        if id(call) not in needed:
            needed.add(id(call))
            waiting += call.keras_inputs
    return [call for call in calls(network) if id(call) in needed]


def outputs_of(call: Call) -> list[tf.Tensor]:
    """The tensors that a call puts out."""
    return tf.nest.flatten(call.outputs)


def arguments(call: Call, tensors: Tensors) -> tuple[Any, dict[str, Any]]:
    """The positional and the named arguments of a call, with what tensors stand for."""
    return tf.nest.map_structure(
        lambda part: tensors.get(id(part), part), (call.call_args, call.call_kwargs)
    )


def made_again(some: Iterable[Call], tensors: Tensors) -> None:
    """Make calls of layers on other tensors; the layers and their weights are the same.

    Args:
        some: each behind what it needs.
        tensors: what the tensors that these begin with stand for; outputs are added.
    """
    for call in some:
        args, kwargs = arguments(call, tensors)
        outputs = tf.nest.flatten(call.layer(*args, **kwargs))
        tensors.update(zip(map(id, outputs_of(call)), outputs, strict=True))


def unused(name: str, taken: Collection[str]) -> str:
    """That name, or the first of ``<name>_2``, ``<name>_3`` and so on that is not taken."""
    others = (f"{name}_{number}" for number in itertools.count(2))
    return next(one for one in itertools.chain([name], others) if one not in taken)


def rescales(network: tf.keras.Model) -> bool:
    """Whether a network has a scaling of its own, which may expect pixels from 0 to 255."""
    scaling = tf.keras.layers.Rescaling, tf.keras.layers.Normalization
    return any(isinstance(layer, scaling) for layer in network.submodules)
