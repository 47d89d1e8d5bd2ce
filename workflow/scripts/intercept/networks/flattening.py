"""A network with networks inside, as one on a single level, its layers named by their paths."""

import re
from collections.abc import Sequence
from typing import Any

import tensorflow as tf

from intercept.networks.graph import Tensors, arguments, calls, is_graph, outputs_of
from intercept.runtime.errors import UserError

# A name is part of paths of files; "/" stands between the parts of a path of layers.
_UNUSUAL = re.compile(r"[^A-Za-z0-9._-]")


def name_by_paths(network: tf.keras.Model) -> set[str]:
    """Name each layer of a network, and of the networks inside it, by its path.

    The parts have "." between them, ``mobilenetv2.block_3_expand``, which is safe in paths of
    files; so has a name that holds "/", as those of MobileNetV3 do. A layer in several places takes
    its path in the first of them.

    Args:
        network: one that `is_graph`; its layers are renamed.

    Returns:
        The names.

    Raises:
        UserError: two layers have paths that come to the same name.
    """
    named: dict[str, tf.keras.layers.Layer] = {}
    _name(network, "", named, set())
    for name, layer in named.items():
        layer._name = name
    return set(named)


def _name(
    network: tf.keras.Model,
    path: str,
    named: dict[str, tf.keras.layers.Layer],
    done: set[int],
) -> None:
    for call in calls(network):
        layer = call.layer
        name = _UNUSUAL.sub("_", f"{path}{layer.name}".replace("/", "."))
        if id(layer) in done:
            continue
        done.add(id(layer))
        if name in named:
            raise UserError(
                f"targets: the model has two layers whose paths come to {name!r}; rename one of "
                "them and save the network again"
            )
        named[name] = layer
        if is_graph(layer):
            _name(layer, f"{name}.", named, done)


def on_one_level(network: tf.keras.Model, image: tf.Tensor) -> tf.Tensor:
    """Make a network anew on another tensor, the networks inside it call by call.

    Behind each of these is a layer that has its name and changes nothing.

    Args:
        network: one that `is_graph`, with one input and one output; the layers, and so the weights,
            are its own.
        image: what it is given in the place of its input.

    Returns:
        Its output.
    """
    (output,) = _follow(network, [image], None, {})
    return output


def _follow(
    network: tf.keras.Model,
    inputs: Sequence[tf.Tensor],
    training: bool | None,
    ends: dict[int, tf.keras.layers.Layer],
) -> list[tf.Tensor]:
    """What a network puts out; whether its layers are in training is said where it is called."""
    tensors: Tensors = {}
    for own, given in zip(network.inputs, inputs, strict=True):
        # A network inside another casts what it is given to the type of its input.
        tensors[id(own)] = given if given.dtype == own.dtype else tf.cast(given, own.dtype)
    for call in calls(network):
        layer, (args, kwargs) = call.layer, arguments(call, tensors)
        mode = _mode(layer, args, kwargs)
        if is_graph(layer):
            given = layer._flatten_to_reference_inputs(args[0])
            outputs = _follow(layer, given, training if mode is None else mode, ends)
            if len(outputs) == 1:
                outputs = [_end(layer, outputs[0], ends)]
        else:
            if mode is None and training is not None and _has_modes(layer):
                kwargs["training"] = training
            outputs = tf.nest.flatten(layer(*args, **kwargs))
        tensors.update(zip(map(id, outputs_of(call)), outputs, strict=True))
    return [tensors[id(output)] for output in network.outputs]


def _end(
    network: tf.keras.Model, output: tf.Tensor, ends: dict[int, tf.keras.layers.Layer]
) -> tf.Tensor:
    if id(network) not in ends:
        ends[id(network)] = tf.keras.layers.Activation(
            "linear", dtype=output.dtype.name, name=network.name
        )
    return ends[id(network)](output)


def _has_modes(layer: tf.keras.layers.Layer) -> bool:
    """Whether a layer may do another thing in training than later."""
    return "training" in layer._call_spec.arg_names


def _mode(layer: tf.keras.layers.Layer, args: Any, kwargs: Any) -> bool | None:
    """Whether a call of a layer is said to be in training; None where it says nothing."""
    spec, given = layer._call_spec, ("training", args, kwargs, True)
    said = _has_modes(layer) and spec.arg_was_passed(*given)
    return spec.get_arg_value(*given) if said else None
