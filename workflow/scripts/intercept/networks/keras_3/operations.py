"""The operations of Keras 3 (arithmetic, `keras.ops`) that are known, as those of TensorFlow."""

from collections.abc import Callable
from typing import Any

import numpy as np
import tensorflow as tf

from intercept.networks.keras_3.entries import Entry, plain
from intercept.networks.keras_3.layers import hard_sigmoid, hard_silu, operation_layer

Arguments = dict[str, Any]

_PAIR = "x1>x x2>y"
_REDUCED = "x>input_tensor axis keepdims"

# A function of TensorFlow, and by what names it takes what the operation does.
_FUNCTIONS = {
    "Abs": ("math.abs", "x"),
    "Absolute": ("math.abs", "x"),
    "Add": ("math.add", _PAIR),
    "Cast": ("cast", "x dtype"),
    "Clip": ("clip_by_value", "x>t x_min>clip_value_min x_max>clip_value_max"),
    "Concatenate": ("concat", "xs>values axis"),
    "Divide": ("math.divide", _PAIR),
    "Exp": ("math.exp", "x"),
    "ExpandDims": ("expand_dims", "x>input axis"),
    "Flip": ("reverse", "x>tensor axis"),
    "Gelu": ("nn.gelu", "x>features approximate"),
    "LeakyRelu": ("nn.leaky_relu", "x>features negative_slope>alpha"),
    "Log": ("math.log", "x"),
    "Log1p": ("math.log1p", "x"),
    "LogSoftmax": ("nn.log_softmax", "x>logits axis"),
    "Matmul": ("linalg.matmul", "x1>a x2>b"),
    "Max": ("math.reduce_max", _REDUCED),
    "Maximum": ("math.maximum", _PAIR),
    "Mean": ("math.reduce_mean", _REDUCED),
    "Min": ("math.reduce_min", _REDUCED),
    "Minimum": ("math.minimum", _PAIR),
    "Multiply": ("math.multiply", _PAIR),
    "Negative": ("math.negative", "x"),
    "Pad": ("pad", "x>tensor pad_width>paddings mode constant_values"),
    "Power": ("math.pow", _PAIR),
    "Reciprocal": ("math.reciprocal", "x"),
    "Relu": ("nn.relu", "x>features"),
    "Relu6": ("nn.relu6", "x>features"),
    "Reshape": ("reshape", "x>tensor newshape>shape"),
    "Rsqrt": ("math.rsqrt", "x"),
    "Selu": ("nn.selu", "x>features"),
    "Sigmoid": ("math.sigmoid", "x"),
    "Silu": ("nn.silu", "x>features"),
    "Softmax": ("nn.softmax", "x>logits axis"),
    "Softplus": ("math.softplus", "x>features"),
    "Softsign": ("nn.softsign", "x>features"),
    "Sqrt": ("math.sqrt", "x"),
    "Square": ("math.square", "x"),
    "Squeeze": ("squeeze", "x>input axis"),
    "Stack": ("stack", "x>values axis"),
    "Std": ("math.reduce_std", _REDUCED),
    "Subtract": ("math.subtract", _PAIR),
    "Sum": ("math.reduce_sum", _REDUCED),
    "Tanh": ("math.tanh", "x"),
    "Transpose": ("transpose", "x>a axes>perm"),
    "TrueDivide": ("math.divide", _PAIR),
    "Var": ("math.reduce_variance", _REDUCED),
}
_MADE_OF_LAYERS = ("HardSigmoid", "HardSilu")
_COMMUTE = ("Add", "Maximum", "Minimum", "Multiply")
_FLOATS = ("float16", "float32")


def operation(entry: Entry) -> Callable[..., Any]:
    """What computes as an operation of Keras 3 does.

    Args:
        entry: of an operation.

    Returns:
        What is called with the arguments of the call: tensors, numbers, arrays or slices.

    Raises:
        UserError: the operation is not known; or, once it is called, what it is called with.
        ValueError, KeyError, TypeError, AttributeError: the configuration is damaged.
    """
    if entry.kind == "GetItem":
        return lambda x, key: operation_layer(
            entry.name, "__operators__.getitem", "SlicingOpLambda"
        )(x, _slices(entry, key))
    if entry.kind in _MADE_OF_LAYERS:
        return lambda x: _made_of_layers(entry, x)
    if entry.kind not in _FUNCTIONS:
        raise entry.refused("is of a kind that is not known here")
    return lambda *args, **kwargs: _called(entry, args, kwargs)


def _called(entry: Entry, args: tuple[Any, ...], kwargs: Arguments) -> Any:
    function, words = _FUNCTIONS[entry.kind]
    names = dict((word.split(">") * 2)[:2] for word in words.split())
    said = {key: value for key, value in entry.config.items() if key != "name"}
    if said.pop("initial", None) is not None:
        raise entry.refused("begins with an initial value")
    free = [name for name in names if name not in said]
    given = said | dict(zip(free, args, strict=False)) | kwargs
    if len(args) > len(free) or set(given) != set(names):
        odd = sorted(set(given) ^ set(names)) or ["arguments"]
        raise entry.refused(f"has other arguments than those known here, {', '.join(odd)}")
    given = {
        key: _constant(entry, key, value, given) if key in ("x1", "x2") else value
        for key, value in given.items()
    }
    given = _adapted(entry, given)
    values = {names[key]: value for key, value in given.items()}
    first = values.pop(next(iter(names.values())))
    return operation_layer(entry.name, function)(first, **values)


def _adapted(entry: Entry, given: Arguments) -> Arguments:
    """The arguments as TensorFlow wants them; what it would take for something else is refused."""
    given = {
        key: value if _holds_tensors(value) else plain(entry, key, value)
        for key, value in given.items()
    }
    if "x1" in given and not _is_tensor(given["x1"]):
        if entry.kind in _COMMUTE:
            return {"x1": given["x2"], "x2": given["x1"]}
        if entry.kind == "Subtract":
            negative = operation_layer(f"{entry.name}_negative", "math.negative")(given["x2"])
            return {"x1": negative, "x2": -np.asarray(given["x1"])}
    if entry.kind == "Power" and not _is_tensor(given["x1"]):
        raise entry.refused("raises a constant to a power that is an image's")
    if entry.kind == "Reshape" and None in np.atleast_1d(given["newshape"]):
        raise entry.refused(f"has the shape {given['newshape']!r}, of which not all is known")
    if entry.kind == "Flip":
        if given["axis"] is None:
            raise entry.refused("turns the images of a batch around")
        given["axis"] = [given["axis"]] if isinstance(given["axis"], int) else given["axis"]
    if entry.kind == "Pad" and given["constant_values"] is None:
        given["constant_values"] = 0
    return given


def _constant(entry: Entry, key: str, value: Any, given: Arguments) -> Any:
    """A tensor, or what is calculated with it as numbers of the tensor's type."""
    if _holds_tensors(value):
        return value
    tensors = [other for other in given.values() if _is_tensor(other)]
    if not tensors or tensors[0].dtype.name not in _FLOATS:
        raise entry.refused("does not calculate with numbers of float16 or float32")
    dtype = tensors[0].dtype.as_numpy_dtype
    array = np.asarray(plain(entry, key, value), dtype)
    return array if array.ndim else array.item()


def _holds_tensors(value: Any) -> bool:
    return any(_is_tensor(part) for part in tf.nest.flatten(value))


def _is_tensor(value: Any) -> bool:
    return isinstance(value, tf.keras.__internal__.KerasTensor)


def _made_of_layers(entry: Entry, x: tf.Tensor) -> tf.Tensor:
    if entry.kind == "HardSilu":
        return hard_silu(entry.name, x.dtype.name)(x)
    for step in hard_sigmoid(entry.name, x.dtype.name):
        x = step(x)
    return x


def _slices(entry: Entry, key: Any) -> Any:
    """What stands between the brackets of a slice: numbers, slices, an ellipsis, new axes."""
    parts = key if isinstance(key, list) else [key]
    for part in parts:
        whole = part is None or part is Ellipsis or type(part) is int
        ends = [part.start, part.stop, part.step] if isinstance(part, slice) else []
        if not (whole or ends) or any(not (end is None or type(end) is int) for end in ends):
            raise entry.refused("takes a part that is not known here; allowed are numbers and a:b")
    return tuple(_as_keras_2_writes_it(part) for part in parts)


def _as_keras_2_writes_it(part: Any) -> Any:
    if not isinstance(part, slice):
        return part
    return {"start": part.start, "stop": part.stop, "step": part.step}
