"""Networks in ONNX, computed by onnxruntime once they have been looked at."""

from functools import cached_property
from typing import ClassVar

import numpy as np
import onnxruntime
from onnx import NodeProto, TensorProto, helper
from onnxruntime.capi import onnxruntime_pybind11_state as errors

from intercept.devices.interface import (
    AT_ITS_END,
    AT_ITS_INPUT,
    NEEDS_MORE,
    OUTPUT,
    Network,
    Place,
    ends_in,
    operators_between,
    plain,
    unfit,
)
from intercept.devices.onnx_inspection import (
    ANY_NUMBER,
    CHANNELS_FIRST,
    TO_LAST,
    ends,
    fix_shape,
    inferred_shapes,
    order,
    read_model,
    taken_channels_first,
)
from intercept.runtime.errors import UserError, message_lines

_RUN_FAILED = (errors.Fail, errors.RuntimeException, errors.InvalidArgument, errors.NotImplemented)
_NOT_LOADED = (*_RUN_FAILED, errors.InvalidGraph, errors.InvalidProtobuf, errors.NoSuchFile)

_KEEPS = ("Cast", "Dropout", "Flatten", "Identity", "Reshape", "Squeeze", "Unsqueeze")
_ACTIVATIONS = {
    "Softmax": "softmax",
    "LogSoftmax": "log_softmax",
    "Sigmoid": "sigmoid",
    **dict.fromkeys(("Conv", "Gemm", "MatMul"), "linear"),
}


class OnnxNetwork(Network):
    """A network of one input and one output, both float32.

    Args:
        content: the bytes of an ONNX file.
        path: of the file, for messages.
        image_shape: (height, width, channels) of the images of the study, for inputs that take any
            size; None where the file says its own.

    Raises:
        UserError: it is no whole ONNX file, holds what is not allowed or too much, does not say
            how large its tensors are, or has several inputs or outputs.
    """

    kind: ClassVar[str] = "onnx"

    def __init__(
        self, content: bytes, path: str, image_shape: tuple[int, int, int] | None = None
    ) -> None:
        self._path = path
        model = read_model(content, path)
        source, result = ends(model, path)
        self._one_by_one = fix_shape(model, source, path, image_shape)
        self._inferred = inferred_shapes(model, path)
        self.takes = self._shape(source.name)
        self.gives = self._shape(result.name)
        self._model, self._source, self._result = model, source.name, result.name
        self.content = model.SerializeToString()
        self._made_by = {out: node for node in model.graph.node for out in node.output if out}

    def compute(self, inputs: np.ndarray) -> np.ndarray:
        """See `Network`; image by image where the file takes one at a time."""
        step = 1 if self._one_by_one else max(1, len(inputs))
        parts = [self._run(inputs[at : at + step]) for at in range(0, len(inputs), step)]
        return np.concatenate(parts) if parts else np.empty((0, *self.gives), np.float32)

    @cached_property
    def activation(self) -> str | None:  # type: ignore[override]
        """See `Network`."""
        constant = {one.name for one in self._model.graph.initializer}
        tensor = self._result
        while node := self._made_by.get(tensor):
            if node.op_type == "Add" and constant & set(node.input):  # a bias
                before = (self._made_by[name] for name in node.input if name in self._made_by)
                return next((_ACTIVATIONS.get(one.op_type) for one in before), None)
            if node.op_type not in _KEEPS:
                return _ACTIVATIONS.get(node.op_type)
            tensor = node.input[0]
        return None

    def places(self) -> list[Place]:
        """See `Network`: vectors and maps of float32 that all of the output is made of."""
        found = []
        for tensor in self._made_by:
            if tensor != self._result and self._obstacle(tensor) is None:
                shape = self._shape(tensor)
                first = len(shape) == 3 and self._channels_first(tensor)
                found.append(Place(plain(tensor), tensor, shape, first))
        return found

    def no_place(self, name: str) -> str:
        """See `Network`."""
        for tensor, why in ((self._result, AT_ITS_END), (self._source, AT_ITS_INPUT)):
            if ends_in(plain(tensor), name):
                return f"cannot be cut at {name!r}, {why}"
        meant = [tensor for tensor in self._made_by if ends_in(plain(tensor), name)]
        if not meant:
            return f"has no tensor {name!r}"
        return f"cannot be cut behind {name!r}: {self._obstacle(meant[0])}"

    def _obstacle(self, tensor: str) -> str | None:
        """Why the network cannot be cut behind a tensor in between; None where it can."""
        shape, kind = self._inferred[tensor]
        if kind != TensorProto.FLOAT:
            return f"its numbers are {TensorProto.DataType.Name(kind).lower()}, and not float32"
        if why := unfit(shape[1:]):
            return why
        if shape[0] != 1:
            return f"it puts out {shape} numbers, which are not of one image"
        return NEEDS_MORE if self._behind(tensor) is None else None

    def ending(self) -> Place:
        """See `Network`."""
        first = len(self.gives) == 3 and self._channels_first(self._result)
        return Place(OUTPUT, self._result, self.gives, first)

    def cut(self, place: Place) -> tuple["OnnxNetwork", "OnnxNetwork"]:
        """See `Network`."""
        return (
            self._part(self._source, place.tensor, self._needed(place.tensor, self._source)),
            self._part(place.tensor, self._result, self._behind(place.tensor)),
        )

    @cached_property
    def _session(self) -> onnxruntime.InferenceSession:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 4  # what goes wrong is raised
        try:
            return onnxruntime.InferenceSession(
                self.content, options, providers=["CPUExecutionProvider"]
            )
        except _NOT_LOADED as error:
            raise UserError(
                f"targets: {self._path} cannot be computed by onnxruntime "
                f"{onnxruntime.__version__} ({message_lines(error)[0]}); allowed is a network of "
                "the standard's operators: export it again"
            ) from error

    def _run(self, inputs: np.ndarray) -> np.ndarray:
        try:
            outputs = self._session.run([self._result], {self._source: inputs})[0]
        except _RUN_FAILED as error:
            raise UserError(
                f"targets: {self._path} fails on {len(inputs)} images ({message_lines(error)[0]}); "
                "export it for one image, or for any number of them"
            ) from error
        if outputs.shape != (len(inputs), *self.gives):
            raise UserError(
                f"targets: {self._path} puts out {outputs.shape} for {len(inputs)} images, where "
                f"{(len(inputs), *self.gives)} was stated; export it for one image, or for any "
                "number of them"
            )
        return outputs

    def _shape(self, tensor: str) -> tuple[int, ...]:
        return tuple(self._inferred[tensor][0][1:])

    def _needed(self, tensor: str, source: str) -> list[NodeProto] | None:
        """The nodes that make a tensor of another; None where they need the image besides."""
        needed = operators_between(
            tensor, source, self._source, self._made_by, lambda node: filter(None, node.input)
        )
        if needed is None:
            return None
        return [node for node in self._model.graph.node if id(node) in needed]

    def _behind(self, tensor: str) -> list[NodeProto] | None:
        return self._needed(self._result, tensor)

    def _channels_first(self, tensor: str) -> bool:
        """Whether a map has its channels first, by the operators that it comes from."""
        while node := self._made_by.get(tensor):
            if node.op_type in CHANNELS_FIRST:
                return True
            if node.op_type == "Transpose":
                return order(node) != TO_LAST
            maps = [one for one in node.input if len(self._inferred.get(one, ([],))[0]) == 4]
            if not maps:  # a vector was made a map, and what is behind it knows how
                return self._taken_channels_first(tensor)
            tensor = maps[0]
        return layout_is_first(self.takes)

    def _taken_channels_first(self, tensor: str) -> bool:
        """The same by the operators that a map goes to; by the image's where none tells."""
        sides = {name: len(shape) for name, (shape, _) in self._inferred.items()}
        told = taken_channels_first(self._model, tensor, sides)
        return layout_is_first(self.takes) if told is None else told

    def _part(self, source: str, result: str, nodes: list[NodeProto] | None) -> "OnnxNetwork":
        used = {name for node in nodes or () for name in node.input}
        side = 1 if self._one_by_one else ANY_NUMBER
        both = [
            helper.make_tensor_value_info(name, TensorProto.FLOAT, [side, *self._shape(name)])
            for name in (source, result)
        ]
        kept = [one for one in self._model.graph.initializer if one.name in used]
        graph = helper.make_graph(nodes or [], "part", both[:1], both[1:], kept)
        part = helper.make_model(graph, opset_imports=self._model.opset_import)
        part.ir_version = self._model.ir_version
        return OnnxNetwork(part.SerializeToString(), self._path)


def layout_is_first(shape: tuple[int, ...]) -> bool:
    """Whether images of a shape have their channels first: there are 1 or 3 of them."""
    return shape[0] in (1, 3) and shape[-1] not in (1, 3)
