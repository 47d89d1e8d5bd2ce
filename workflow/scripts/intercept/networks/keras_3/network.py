"""The network of a Keras 3 configuration, its layers called as they are there."""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import tensorflow as tf

from intercept.networks.keras_3.entries import Entry, plain
from intercept.networks.keras_3.layers import translated
from intercept.networks.keras_3.operations import operation

_INPUTS_OF = {"MultiHeadAttention": 3}  # of other layers it is one, or a list
_FLOATS = {"float16", "float32"}
_ENDS_OF_SLICE = ("start", "stop", "step")


@dataclass(frozen=True)
class Stored:
    """Where the arrays of a layer are in the file.

    Attributes:
        group: of the file, such as ``layers/conv2d_1``.
        entry: of the layer.
        layer: of Keras 2, once it is built the one with the variables.
    """

    group: str
    entry: Entry
    layer: tf.keras.layers.Layer


class _MissingError(Exception):
    """A tensor is needed that no call has made so far."""


class _Calls:
    """The calls of the layers of one network, and the tensors that they made."""

    def __init__(self, network: Entry, entries: list[Entry]) -> None:
        self._network = network
        self._entries = {entry.name: entry for entry in entries}
        self._outputs: dict[str, list[list[tf.Tensor]]] = {name: [] for name in self._entries}

    def count(self, entry: Entry) -> int:
        """How many calls of a layer have been made."""
        return len(self._outputs[entry.name])

    def made(self, entry: Entry, outputs: Any) -> None:
        """Note what a call of a layer put out."""
        self._outputs[entry.name].append(tf.nest.flatten(outputs))

    def make_those_possible(self, entry: Entry, layer: Callable[..., Any]) -> None:
        """Make the next calls of a layer, up to one whose inputs are not there."""
        for call in entry.calls[self.count(entry) :]:
            try:
                args, kwargs = self._argument(entry, call["args"]), dict(call["kwargs"])
                kwargs = {key: self._argument(entry, value) for key, value in kwargs.items()}
            except _MissingError:
                return
            if entry.family != "operation":
                args, kwargs = _known_arguments(entry, args, kwargs)
            with entry.building():
                self.made(entry, layer(*args, **kwargs))

    def ends(self, key: str) -> list[tf.Tensor]:
        """The inputs or the outputs of the network."""
        written = self._network.config[key]
        if isinstance(written, list) and written and isinstance(written[0], str):
            written = [written]
        if not isinstance(written, list) or not all(isinstance(one, list) for one in written):
            raise self._network.refused(f"has {key} that are no list")
        found = []
        for name, call, output in written:
            # Calls of networks inside are counted from 1 here, and from 0 everywhere else.
            inside = self._entries[name].kind in ("Functional", "Model")
            try:
                found.append(self._tensor(name, call - inside, output))
            except _MissingError as error:
                raise self._network.refused(f"has {key} that no layer puts out") from error
        return found

    def _tensor(self, name: str, call: int, output: int) -> tf.Tensor:
        made = self._outputs[name]
        if not 0 <= call < len(made):
            raise _MissingError(name)
        return made[call][output]

    def _argument(self, entry: Entry, written: Any) -> Any:
        """An argument of a call: tensors, numbers, arrays and slices, or lists of these."""
        if isinstance(written, list):
            return [self._argument(entry, part) for part in written]
        if not isinstance(written, dict):
            return written
        kind: Any = written.get("class_name")
        config: Any = written.get("config")
        if kind == "__keras_tensor__":
            return self._checked(entry, config)
        if kind == "__slice__":
            return slice(*(plain(entry, "slice", config[key]) for key in _ENDS_OF_SLICE))
        if kind == "__ellipsis__":
            return Ellipsis
        return plain(entry, "argument", written)

    def _checked(self, entry: Entry, config: Any) -> tf.Tensor:
        """The tensor that a layer is called with, if it is one as Keras 3 had it."""
        tensor, shape = self._tensor(*config["keras_history"]), tf.TensorShape(config["shape"])
        same = tensor.dtype.name == config["dtype"]
        # Layers bring floats to their own type, which Keras 3.0 writes as that of the input.
        same |= entry.family != "operation" and {tensor.dtype.name, config["dtype"]} <= _FLOATS
        if not tensor.shape.is_compatible_with(shape) or not same:
            raise entry.refused(
                f"had an input of shape {tuple(shape)} and type {config['dtype']}, which comes to "
                f"{tuple(tensor.shape)} and {tensor.dtype.name} in Keras 2"
            )
        return tensor


def _known_arguments(
    entry: Entry, args: list[Any], kwargs: dict[str, Any]
) -> tuple[list[Any], dict[str, Any]]:
    """The arguments of a call of a layer without those that say nothing; none may be unknown.

    Keras 3 overrides the `training` of a call by that of the whole network.
    """
    inputs = _INPUTS_OF.get(entry.kind, 1)
    kwargs = {k: value for k, value in kwargs.items() if value is not None and k != "training"}
    known = {"key", "use_causal_mask"} if inputs > 1 else set()
    odd = sorted(set(kwargs) - known)
    if odd or not 1 <= len(args) <= inputs:
        raise entry.refused(f"is called with {', '.join(odd) or f'{len(args)} arguments'}")
    return args, kwargs


def build(path: str, config: dict[str, Any]) -> tuple[tf.keras.Model, list[Stored]]:
    """Make the network of a Keras 3 configuration of layers of Keras 2, with fresh weights.

    Args:
        path: of the file, for messages.
        config: as Keras 3 writes it.

    Returns:
        The network, not compiled, and where the arrays of its layers are in the file.

    Raises:
        UserError: it holds code, or something that is not known or has no counterpart.
        ValueError, KeyError, TypeError, AttributeError: the configuration is damaged.
    """
    entry = Entry.read(path, config)
    if entry.family != "network":
        raise ValueError(f"it holds a {entry.kind}, not a network")
    stored: list[Stored] = []
    return _network(entry, "", stored), stored


def _network(network: Entry, parent: str, stored: list[Stored]) -> tf.keras.Model:
    entries = [Entry.read(network.path, layer) for layer in network.config["layers"]]
    numbers, callables = Counter[str](), {}
    for entry in entries:
        if entry.name in callables:
            raise network.refused(f"has two layers of the name {entry.name!r}")
        if entry.kind == "InputLayer":
            callables[entry.name] = _input(entry)
        elif entry.family == "operation":
            callables[entry.name] = operation(entry)
        else:
            group = _numbered(f"{parent}layers/{_snake_case(entry.kind)}", numbers)
            callables[entry.name] = _callable(entry, group, stored)
    connected = _in_turn if network.kind == "Sequential" else _as_connected
    ends = connected(network, entries, callables)
    with network.building():
        return tf.keras.Model(*ends, name=network.name)


def _input(entry: Entry) -> tf.Tensor:
    config = entry.config
    if config.get("sparse") or config.get("ragged") or config.get("optional"):
        raise entry.refused("is sparse, ragged or optional")
    shape = plain(entry, "shape", config["batch_shape"])
    dtype = config["dtype"]
    if isinstance(dtype, dict):
        dtype = dtype["config"]["name"]
    with entry.building():
        return tf.keras.Input(batch_shape=shape, dtype=dtype, name=entry.name)


def _callable(entry: Entry, group: str, stored: list[Stored]) -> Callable[..., Any]:
    if entry.family == "network":
        return _network(entry, f"{group}/", stored)
    translation = translated(entry)
    if translation.layer is not None:
        stored.append(Stored(group, entry, translation.layer))
    return translation


def _in_turn(
    network: Entry, entries: list[Entry], callables: dict[str, Any]
) -> tuple[tf.Tensor, tf.Tensor]:
    """The input and the output of layers each of which is called on what the one before put out."""
    if not entries or entries[0].kind != "InputLayer":
        raise network.refused(
            "does not say what it takes", "save it with an Input as its first layer"
        )
    image = output = callables[entries[0].name]
    for entry in entries[1:]:
        with entry.building():
            output = callables[entry.name](output)
    return image, output


def _as_connected(
    network: Entry, entries: list[Entry], callables: dict[str, Any]
) -> tuple[list[tf.Tensor], list[tf.Tensor]]:
    """The inputs and the outputs of layers that are called as their entries say."""
    calls = _Calls(network, entries)
    waiting = []
    for entry in entries:
        if entry.kind == "InputLayer":
            calls.made(entry, callables[entry.name])
        elif entry.calls:
            waiting.append(entry)
        if entry.family == "operation" and len(entry.calls) > 1:
            raise entry.refused("is called more than once")
    while waiting:
        before = len(waiting), sum(calls.count(entry) for entry in waiting)
        for entry in waiting:
            calls.make_those_possible(entry, callables[entry.name])
        waiting = [entry for entry in waiting if calls.count(entry) < len(entry.calls)]
        if before == (len(waiting), sum(calls.count(entry) for entry in waiting)):
            raise waiting[0].refused("is called with what no layer puts out")
    return calls.ends("input_layers"), calls.ends("output_layers")


def _numbered(name: str, numbers: Counter[str]) -> str:
    """As Keras 3 numbers layers of one class: ``dense``, ``dense_1``."""
    number = numbers[name]
    numbers[name] += 1
    return f"{name}_{number}" if number else name


def _snake_case(name: str) -> str:
    """As Keras 3 has it, ``Conv2DTranspose`` as ``conv2d_transpose``."""
    name = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", name).lower()
