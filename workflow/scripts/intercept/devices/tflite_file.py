"""Networks in TFLite, quantised ones too, computed by TensorFlow's own interpreter."""

import math
import struct
from collections import Counter
from copy import copy
from dataclasses import replace
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
import tensorflow as tf
from tensorflow.lite.python import schema_py_generated as schema
from tensorflow.lite.tools import flatbuffer_utils

from intercept.arrays.limits import LARGEST_OUTPUT
from intercept.devices.interface import (
    AT_ITS_END,
    AT_ITS_INPUT,
    NEEDS_MORE,
    Network,
    Place,
    ends_in,
    operators_between,
    plain,
    unfit,
)
from intercept.runtime.errors import UserError, message_lines

_IDENTIFIER = b"TFL3"  # from byte 4 on
_DAMAGED = (struct.error, LookupError, ValueError, TypeError, AttributeError, OverflowError)
_TYPES: dict[int, Any] = {
    schema.TensorType.FLOAT32: np.float32,
    schema.TensorType.INT8: np.int8,
    schema.TensorType.UINT8: np.uint8,
}
_OPERATORS = {number: name for name, number in vars(schema.BuiltinOperator).items()}
_KEEPS = ("DEQUANTIZE", "QUANTIZE", "RESHAPE", "SQUEEZE", "CAST")
_ACTIVATIONS = {
    "SOFTMAX": "softmax",
    "LOG_SOFTMAX": "log_softmax",
    "LOGISTIC": "sigmoid",
    **dict.fromkeys(("CONV_2D", "FULLY_CONNECTED"), "linear"),
}


class TfliteNetwork(Network):
    """A network of one input and one output, each of float32 or of 8 bits with a scale.

    What is of 8 bits is taken and put out as the float32 that it stands for.

    Args:
        content: the bytes of a TFLite file.
        path: of the file, for messages.
        image_shape: not used: the file says what it takes.

    Raises:
        UserError: it is no whole TFLite file, holds what is not allowed or too much, or has several
            inputs or outputs.
    """

    kind: ClassVar[str] = "tflite"

    def __init__(
        self, content: bytes, path: str, image_shape: tuple[int, int, int] | None = None
    ) -> None:
        self._path, self.content = path, content
        self._model = _read(content, path)
        self._graph = self._model.subgraphs[0]
        self._source, self._result = _ends(self._graph, path)
        self.takes, self.gives = map(self._shape, (self._source, self._result))
        quantised = self._graph.tensors[self._result].quantization
        if _TYPES[self._graph.tensors[self._result].type] != np.float32:
            self.step = float(quantised.scale[0])
        source = self._graph.tensors[self._source]
        if (kind := _TYPES[source.type]) != np.float32:
            scale, zero = float(source.quantization.scale[0]), _zero(source)
            limits = np.iinfo(kind)
            self.takes_range = (limits.min - zero) * scale, (limits.max - zero) * scale
        operators = self._graph.operators or ()
        self._made_by = {int(one): op for op in operators for one in op.outputs}

    def compute(self, inputs: np.ndarray) -> np.ndarray:
        """See `Network`; image by image."""
        answers = np.empty((len(inputs), *self.gives), np.float32)
        interpreter, source, result = self._interpreter
        try:
            for answer, one in zip(answers, inputs, strict=True):
                interpreter.reset_all_variables()
                interpreter.set_tensor(source["index"], _stored(one[np.newaxis], source))
                interpreter.invoke()
                answer[...] = _meant(interpreter.get_tensor(result["index"])[0], result)
        except (ValueError, RuntimeError) as error:
            raise self._not_computed(error) from error
        return answers

    @cached_property
    def activation(self) -> str | None:  # type: ignore[override]
        """See `Network`."""
        tensor = self._result
        while operator := self._made_by.get(tensor):
            name = self._name(operator)
            if name not in _KEEPS:
                fused = getattr(operator.builtinOptions, "fusedActivationFunction", 0)
                return None if fused else _ACTIVATIONS.get(name)
            tensor = int(operator.inputs[0])
        return None

    def places(self) -> list[Place]:
        """See `Network`: vectors and maps that all of the output is made of.

        Each is named by the layer that it is of; where there are several of one, by its own name.
        """
        found = []
        for tensor in self._made_by:
            if tensor != self._result and self._obstacle(tensor) is None:
                bits = 8 * np.dtype(_TYPES[self._graph.tensors[tensor].type]).itemsize
                name, shape = self._tensor_name(tensor), self._shape(tensor)
                found.append(Place(name, str(tensor), shape, bits=bits))
        layers = Counter(place.name.rpartition(".")[0] for place in found)
        return [
            replace(place, name=layer)
            if (layer := place.name.rpartition(".")[0]) and layers[layer] == 1
            else place
            for place in found
        ]

    def no_place(self, name: str) -> str:
        """See `Network`."""
        for tensor, why in ((self._result, AT_ITS_END), (self._source, AT_ITS_INPUT)):
            if self._is_named(tensor, name):
                return f"cannot be cut at {name!r}, {why}"
        meant = [tensor for tensor in self._made_by if self._is_named(tensor, name)]
        reasons = [found for tensor in meant if (found := self._obstacle(tensor))]
        return (
            f"cannot be cut behind {name!r}: {reasons[0]}" if reasons else f"has no layer {name!r}"
        )

    def _tensor_name(self, tensor: int) -> str:
        # Of several layers that were fused it has all their names.
        name = (self._graph.tensors[tensor].name or b"").decode(errors="replace")
        return plain(name.partition(";")[0]) or f"tensor.{tensor}"

    def _is_named(self, tensor: int, name: str) -> bool:
        whole = self._tensor_name(tensor)
        return ends_in(whole, name) or ends_in(whole.rpartition(".")[0], name)

    def _obstacle(self, tensor: int) -> str | None:
        """Why the network cannot be cut behind a tensor in between; None where it can."""
        about = self._graph.tensors[tensor]
        if not _has_shape(about):
            return "it does not say its shape"
        if not _is_number(about):
            return "its numbers are neither float32 nor of 8 bits with one scale"
        if why := unfit(self._shape(tensor)):
            return why
        if about.shape[0] != 1:
            return f"it puts out {about.shape.tolist()} numbers, which are not of one image"
        return NEEDS_MORE if self._needed(self._result, tensor) is None else None

    def cut(self, place: Place) -> tuple["TfliteNetwork", "TfliteNetwork"]:
        """See `Network`."""
        tensor = int(place.tensor)
        return self._part(self._source, tensor), self._part(tensor, self._result)

    @cached_property
    def _interpreter(self) -> tuple[Any, dict[str, Any], dict[str, Any]]:
        resolver = tf.lite.experimental.OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES
        try:
            interpreter = tf.lite.Interpreter(
                model_content=self.content, num_threads=1, experimental_op_resolver_type=resolver
            )
            interpreter.allocate_tensors()
        except (ValueError, RuntimeError) as error:
            raise self._not_computed(error) from error
        return interpreter, interpreter.get_input_details()[0], interpreter.get_output_details()[0]

    def _not_computed(self, error: Exception) -> UserError:
        return UserError(
            f"targets: {self._path} cannot be computed by TensorFlow {tf.__version__} "
            f"({message_lines(error)[0]}); convert it again, with TensorFlow's own operators"
        )

    def _shape(self, tensor: int) -> tuple[int, ...]:
        return tuple(map(int, self._graph.tensors[tensor].shape[1:]))

    def _name(self, operator: Any) -> str:
        return _OPERATORS.get(_code(self._model.operatorCodes[operator.opcodeIndex]), "")

    def _needed(self, tensor: int, source: int) -> list[Any] | None:
        """The operators that make a tensor of another; None where they need the image besides."""
        needed = operators_between(
            tensor,
            source,
            self._source,
            self._made_by,
            lambda operator: [int(given) for given in operator.inputs if given >= 0],
        )
        if needed is None:
            return None
        return [one for one in self._graph.operators if id(one) in needed]

    def _part(self, source: int, result: int) -> "TfliteNetwork":
        model, graph = copy(self._model), copy(self._graph)
        graph.inputs, graph.outputs = np.array([source], np.int32), np.array([result], np.int32)
        graph.operators = self._needed(result, source)
        model.subgraphs, model.signatureDefs = [graph], []
        content = bytes(flatbuffer_utils.convert_object_to_bytearray(model))
        return TfliteNetwork(content, self._path)


def _read(content: bytes, path: str) -> Any:
    try:
        if content[4:8] != _IDENTIFIER:
            raise ValueError("its first bytes are another file's")
        model = schema.ModelT.InitFromPackedBuf(content, 0)
        _check_references(model)
        custom = [one for one in model.operatorCodes if one.customCode or _is_custom(one)]
        tensors = [tensor for graph in model.subgraphs for tensor in graph.tensors]
        sizes = [math.prod(map(int, tensor.shape)) for tensor in tensors if _has_shape(tensor)]
    except _DAMAGED as error:
        raise UserError(
            f"targets: {path} is not a whole TFLite file ({message_lines(error)[0]}); allowed is "
            "what TensorFlow's converter wrote"
        ) from error
    if custom:
        name = (custom[0].customCode or b"").decode(errors="replace")
        raise UserError(
            f"targets: {path} has the operator {name!r}, which is not one of TensorFlow Lite's; "
            "convert it without"
        )
    if len(model.subgraphs) != 1:
        raise UserError(
            f"targets: {path} has {len(model.subgraphs)} graphs, and may repeat one without end; "
            "convert it without loops and conditions"
        )
    if max(sizes, default=0) > LARGEST_OUTPUT:
        raise UserError(
            f"targets: {path} has a tensor of {max(sizes):,} numbers; allowed are "
            f"{LARGEST_OUTPUT:,}: name a smaller network"
        )
    return model


def _check_references(model: Any) -> None:
    """Raise one of `_DAMAGED` where an operator names what is not there."""
    for graph in model.subgraphs:
        for operator in graph.operators or ():
            _ = model.operatorCodes[operator.opcodeIndex]
            for tensor in (*operator.inputs, *operator.outputs):
                if not -1 <= tensor < len(graph.tensors):
                    raise IndexError(f"there is no tensor {tensor}")


def _ends(graph: Any, path: str) -> tuple[int, int]:
    try:
        ends = [*map(int, graph.inputs)], [*map(int, graph.outputs)]
        tensors = [graph.tensors[one] for one in (*ends[0], *ends[1])]
        fits = all(_is_number(one) and one.shape[0] == 1 and min(one.shape) > 0 for one in tensors)
    except _DAMAGED as error:
        raise UserError(
            f"targets: {path} is not a whole TFLite file ({message_lines(error)[0]}); allowed is "
            "what TensorFlow's converter wrote"
        ) from error
    if [len(ends[0]), len(ends[1])] != [1, 1]:
        raise UserError(
            f"targets: {path} has inputs: {len(ends[0])}, outputs: {len(ends[1])}; allowed is one "
            "of each"
        )
    if not fits:
        raise UserError(
            f"targets: {path} takes or puts out something else than numbers of float32, int8 or "
            "uint8, the last two with one scale, for one image; convert it so"
        )
    return ends[0][0], ends[1][0]


def _has_shape(tensor: Any) -> bool:
    return tensor.shape is not None and len(tensor.shape) > 0


def _code(operator_code: Any) -> int:
    """Which operator it is; files of earlier versions have it elsewhere."""
    return max(int(operator_code.builtinCode), int(operator_code.deprecatedBuiltinCode))


def _is_custom(operator_code: Any) -> bool:
    return _code(operator_code) == schema.BuiltinOperator.CUSTOM


def _is_number(tensor: Any) -> bool:
    """Whether it is of float32, or of 8 bits with one scale."""
    if not _has_shape(tensor) or tensor.type not in _TYPES:
        return False
    scales = getattr(tensor.quantization, "scale", None)
    count = 0 if scales is None else len(scales)
    return tensor.type == schema.TensorType.FLOAT32 or count == 1


def _zero(tensor: Any) -> int:
    """The number of 8 bits that stands for 0."""
    points = tensor.quantization.zeroPoint
    return 0 if points is None or not len(points) else int(points[0])


def _stored(numbers: np.ndarray, about: dict[str, Any]) -> np.ndarray:
    """Float32 as an input of that type has it."""
    scale, zero = about["quantization"]
    if about["dtype"] == np.float32:
        return numbers
    limits = np.iinfo(about["dtype"])
    return np.round(numbers / scale + zero).clip(limits.min, limits.max).astype(about["dtype"])


def _meant(stored: np.ndarray, about: dict[str, Any]) -> np.ndarray:
    """The float32 that an output of that type stands for."""
    scale, zero = about["quantization"]
    if about["dtype"] == np.float32:
        return stored
    return (stored.astype(np.float32) - zero) * np.float32(scale)
