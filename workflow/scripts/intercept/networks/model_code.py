"""What code a Keras configuration would run beside Keras' own layers, found without running it."""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import tensorflow as tf

from intercept.runtime.errors import UserError

_LAMBDA = "Lambda"
_OPERATIONS = ("TFOpLambda", "SlicingOpLambda")

# Layers that read other files when they are built.
_READERS = ("TFSMLayer", "StringLookup", "IntegerLookup", "TextVectorization")
_MODELS = ("Functional", "Model", "Sequential")
_VALUES = ("Policy", "TensorShape", "__ellipsis__", "__tensor__", "__numpy__", "__tuple__")

# Operations of TensorFlow that do nothing but compute: those of these parts of it, arithmetic
# signs and slices, and those named. None reads, writes or calls a function that it is given.
_COMPUTES = re.compile(
    r"(math|nn|linalg|signal|__operators__)\.[a-z0-9_]+|"
    r"(compat\.v1\.)?(argsort|boolean_mask|broadcast_to|cast|clip_by_norm|clip_by_value|concat|"
    r"eye|expand_dims|fill|gather|gather_nd|identity|one_hot|ones|ones_like|pad|range|rank|repeat|"
    r"reshape|reverse|roll|shape|size|slice|sort|split|squeeze|stack|stop_gradient|strided_slice|"
    r"tensor_scatter_nd_update|tile|transpose|unstack|where|zeros|zeros_like)|"
    r"image\.(adjust_\w+|central_crop|crop_\w+|flip_\w+|grayscale_to_rgb|hsv_to_rgb|pad_\w+|"
    r"per_image_standardization|resize|resize_with_\w+|rgb_to_\w+|rot90|total_variation|"
    r"transpose)|"
    r"compat\.v1\.(nn|image)\.(depth_to_space|space_to_depth|resize\w*)"
)


def refuse_code(path: str | Path, config: Mapping[str, Any], allowed: Sequence[str]) -> None:
    """Refuse a file whose configuration would run code that is not allowed.

    Args:
        path: of the file, for the message.
        config: its configuration, as Keras writes it.
        allowed: names of code, as for `intercept.networks.model_file.load`.

    Raises:
        UserError: there is such code; the message has its name.
    """
    for name, what in code_in(config):
        if not any(_is(entry, name, what) for entry in allowed):
            how = (
                f"where Python finds it, such as my_layers.{name},"
                if what == "custom object"
                else repr(name)
            )
            raise UserError(
                f"{path} holds code, the {what} {name!r}, which was not run; if you know what it "
                f"does and want it to run, add {how} to allow_code of that target"
            )


def _is(entry: str, name: str, what: str) -> bool:
    """Whether the code of that name is the one that is allowed.

    A custom object is allowed by where it is found, and the file has its last name alone. A layer
    of a network inside another is allowed by its own name, which later is the end of its path.
    """
    if what == "custom object":
        return name in (entry, entry.rpartition(".")[2])
    return name == entry or (what == "Lambda layer" and name.endswith(f".{entry}"))


def code_in(config: Any) -> Iterator[tuple[str, str]]:
    """What a configuration would run beside Keras' own layers and what computes.

    Args:
        config: of a model, a layer, or any part of one.

    Yields:
        Its name, and what it is: a ``Lambda layer``, an ``operation`` or a ``custom object``.
    """
    if isinstance(config, list):
        for entry in config:
            yield from code_in(entry)
    if not isinstance(config, dict):
        return
    kind = config.get("class_name")
    inner: Any = config.get("config")
    if kind == _LAMBDA:
        yield str(inner["name"]), "Lambda layer"
        return
    if kind in _OPERATIONS:
        function = str(inner["function"])
        if not _COMPUTES.fullmatch(function):
            yield f"tf.{function}", "operation"
    elif kind is not None and not _known(config):
        yield str(inner if kind == "function" else kind).rpartition(">")[2], "custom object"
    for value in config.values():
        yield from code_in(value)


def _known(config: Mapping[str, Any]) -> bool:
    kind, module = config["class_name"], config.get("module")
    if module is not None and module.partition(".")[0] not in ("keras", "builtins"):
        return False
    if kind == "function":
        return config.get("config") in dir(tf.keras.activations)
    families = (
        tf.keras.layers,
        tf.keras.initializers,
        tf.keras.regularizers,
        tf.keras.constraints,
    )
    classes = (vars(family).get(kind) for family in families)
    known = kind not in _READERS and any(isinstance(found, type) for found in classes)
    return known or kind in _MODELS or kind in _VALUES
