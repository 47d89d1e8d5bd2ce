"""Networks in ONNX: what a file holds is looked at before any of it runs.

A file may name operators of other libraries, keep its weights in files elsewhere, repeat parts of
itself without end, or ask for more memory than there is. All of that is plain data in its graph.
"""

import math
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
import onnx
import onnxruntime
from google.protobuf.message import DecodeError
from onnx import AttributeProto, ModelProto, NodeProto, TensorProto, ValueInfoProto, helper
from onnxruntime.capi import onnxruntime_pybind11_state as errors

from intercept.devices.interface import Network, Place, plain
from intercept.limits import LARGEST_OUTPUT, LARGEST_WEIGHTS
from intercept.runtime.errors import UserError, message_lines

_STANDARD = ("", "ai.onnx")  # domains of operators
_RUN_FAILED = (errors.Fail, errors.RuntimeException, errors.InvalidArgument, errors.NotImplemented)
_NOT_LOADED = (*_RUN_FAILED, errors.InvalidGraph, errors.InvalidProtobuf, errors.NoSuchFile)
_ANY_NUMBER = "images"  # the name of the batch's side

_KEEPS = ("Cast", "Dropout", "Flatten", "Identity", "Reshape", "Squeeze", "Unsqueeze")
_ACTIVATIONS = {
    "Softmax": "softmax",
    "LogSoftmax": "log_softmax",
    "Sigmoid": "sigmoid",
    **dict.fromkeys(("Conv", "Gemm", "MatMul"), "linear"),
}
_TO_LAST = [0, 2, 3, 1]  # the order of sides of a transposition
# What works on maps whose channels come first, whatever the tensors before it were.
_CHANNELS_FIRST = (
    *("AveragePool", "BatchNormalization", "Conv", "ConvTranspose", "DepthToSpace"),
    *("GlobalAveragePool", "GlobalMaxPool", "GroupNormalization", "InstanceNormalization"),
    *("LRN", "LpPool", "MaxPool", "SpaceToDepth"),
)


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
        model = _read(content, path)
        source, result = _ends(model, path)
        self._one_by_one = _fix_shape(source, path, image_shape)
        self._inferred = _inferred(model, path)
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
        for node in self._model.graph.node:
            for tensor in filter(None, node.output):
                shape, kind = self._inferred[tensor]
                fits = len(shape) in (2, 4) and kind == TensorProto.FLOAT and shape[0] == 1
                if fits and tensor != self._result and self._behind(tensor) is not None:
                    first = len(shape) == 4 and self._channels_first(tensor)
                    found.append(Place(plain(tensor), tensor, tuple(shape[1:]), first))
        return found

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
        needed, waiting = set(), [tensor]
        while waiting:
            one = waiting.pop()
            if one == source:
                continue
            if one == self._source:
                return None
            node = self._made_by.get(one)
            if node is not None and id(node) not in needed:
                needed.add(id(node))
                waiting += filter(None, node.input)
        return [node for node in self._model.graph.node if id(node) in needed]

    def _behind(self, tensor: str) -> list[NodeProto] | None:
        return self._needed(self._result, tensor)

    def _channels_first(self, tensor: str) -> bool:
        """Whether a map has its channels first, by the operators that it comes from."""
        while node := self._made_by.get(tensor):
            if node.op_type in _CHANNELS_FIRST:
                return True
            if node.op_type == "Transpose":
                order = next((list(one.ints) for one in node.attribute if one.name == "perm"), [])
                return order != _TO_LAST
            maps = [one for one in node.input if len(self._inferred.get(one, ([],))[0]) == 4]
            if not maps:
                return True
            tensor = maps[0]
        return layout_is_first(self.takes)

    def _part(self, source: str, result: str, nodes: list[NodeProto] | None) -> "OnnxNetwork":
        used = {name for node in nodes or () for name in node.input}
        side = 1 if self._one_by_one else _ANY_NUMBER
        ends = [
            helper.make_tensor_value_info(name, TensorProto.FLOAT, [side, *self._shape(name)])
            for name in (source, result)
        ]
        kept = [one for one in self._model.graph.initializer if one.name in used]
        graph = helper.make_graph(nodes or [], "part", ends[:1], ends[1:], kept)
        part = helper.make_model(graph, opset_imports=self._model.opset_import)
        part.ir_version = self._model.ir_version
        return OnnxNetwork(part.SerializeToString(), self._path)


def layout_is_first(shape: tuple[int, ...]) -> bool:
    """Whether images of a shape have their channels first: there are 1 or 3 of them."""
    return shape[0] in (1, 3) and shape[-1] not in (1, 3)


def _read(content: bytes, path: str) -> ModelProto:
    if len(content) > LARGEST_WEIGHTS:
        raise UserError(
            f"targets: {path} holds {len(content):,} bytes; allowed are {LARGEST_WEIGHTS:,}: name "
            "a smaller network"
        )
    try:
        model = onnx.load_model_from_string(content)
        _refuse_what_leads_out(model, path)
        onnx.checker.check_model(model)
    except (DecodeError, onnx.checker.ValidationError, ValueError, TypeError) as error:
        raise UserError(
            f"targets: {path} is not a whole ONNX file ({message_lines(error)[0]}); allowed is "
            "what torch.onnx.export or another exporter wrote"
        ) from error
    # What it says of tensors in between may be wrong; it is found anew.
    del model.graph.value_info[:]
    return model


def _refuse_what_leads_out(model: ModelProto, path: str) -> None:
    if model.functions:
        raise UserError(
            f"targets: {path} has functions of its own, such as {model.functions[0].name!r}; "
            "allowed are the standard's operators: export it without"
        )
    tensors = list(model.graph.initializer)
    if model.graph.sparse_initializer:
        raise UserError(f"targets: {path} has sparse weights; export it with dense ones")
    for node in model.graph.node:
        if node.domain not in _STANDARD:
            raise UserError(
                f"targets: {path} has the operator {node.op_type!r} of {node.domain!r}, which is "
                "not one of the standard's; export it without"
            )
        for attribute in node.attribute:
            if attribute.type in (AttributeProto.GRAPH, AttributeProto.GRAPHS):
                raise UserError(
                    f"targets: {path} has {node.op_type!r}, which holds graphs of its own and may "
                    "never end; export it without loops and conditions"
                )
            tensors += [attribute.t, *attribute.tensors]
    for tensor in tensors:
        if tensor.data_location == TensorProto.EXTERNAL or tensor.external_data:
            raise UserError(
                f"targets: {path} keeps the weights {tensor.name!r} in another file; save it as "
                "one file: onnx.save(model, path, save_as_external_data=False)"
            )


def _ends(model: ModelProto, path: str) -> tuple[ValueInfoProto, ValueInfoProto]:
    weights = {one.name for one in model.graph.initializer}
    inputs = [one for one in model.graph.input if one.name not in weights]
    outputs = model.graph.output
    if len(inputs) != 1 or len(outputs) != 1:
        raise UserError(
            f"targets: {path} has {len(inputs)} inputs and {len(outputs)} outputs; allowed is one "
            "of each"
        )
    for one in (inputs[0], outputs[0]):
        if one.type.tensor_type.elem_type != TensorProto.FLOAT:
            raise UserError(
                f"targets: {path} takes or puts out numbers of another type than float32 "
                f"({one.name!r}); export it with float32 at both ends"
            )
    return inputs[0], outputs[0]


def _fix_shape(source: ValueInfoProto, path: str, image_shape: tuple[int, int, int] | None) -> bool:
    """Give an input's free sides the size of the study's images; whether it takes one at a time."""
    sides = source.type.tensor_type.shape.dim
    if not sides:
        raise UserError(f"targets: {path} does not say the shape of its input; export it with one")
    if sides[0].dim_value > 1:
        raise UserError(
            f"targets: {path} takes {sides[0].dim_value} images at once; export it for one image, "
            "or for any number of them"
        )
    stated = [side.dim_value if side.HasField("dim_value") else None for side in sides]
    if not stated[0]:
        sides[0].dim_param = _ANY_NUMBER
    if image_shape and len(sides) == 4 and None in stated[1:]:
        height, width, channels = image_shape
        first = stated[1] is not None and stated[3] is None
        wanted = (stated[1] or channels, height, width) if first else (height, width, channels)
        for side, size in zip(list(sides)[1:], wanted, strict=True):
            if not side.HasField("dim_value"):
                side.dim_value = size
    return stated[0] == 1


def _inferred(model: ModelProto, path: str) -> dict[str, tuple[list[int], int]]:
    """Shape and type of every tensor for one image, by name.

    Raises:
        UserError: one is not known before it is computed, or is too large.
    """
    one = ModelProto()
    one.CopyFrom(model)
    for end in (*one.graph.input, *one.graph.output):
        sides = end.type.tensor_type.shape.dim
        if sides and not sides[0].HasField("dim_value"):
            sides[0].dim_value = 1
    for end in one.graph.output:
        end.type.tensor_type.ClearField("shape")
    try:
        one = onnx.shape_inference.infer_shapes(
            one, check_type=True, strict_mode=True, data_prop=True
        )
    except (onnx.shape_inference.InferenceError, ValueError, RuntimeError) as error:
        raise UserError(
            f"targets: {path} has tensors that do not fit one another "
            f"({message_lines(error)[0]}); export it again"
        ) from error
    graph: Any = one.graph
    found = {tensor.name: (list(tensor.dims), tensor.data_type) for tensor in graph.initializer}
    for info in (*graph.input, *graph.value_info, *graph.output):
        kind = info.type.tensor_type
        if not kind.HasField("shape"):
            continue
        shape = [side.dim_value if side.HasField("dim_value") else -1 for side in kind.shape.dim]
        found.setdefault(info.name, (shape, kind.elem_type))
    for node in graph.node:
        for name in filter(None, node.output):
            shape, _ = found.get(name, ([-1], 0))
            if min(shape, default=0) < 0:
                raise UserError(
                    f"targets: {path} does not say how large {name!r} is, which {node.op_type} "
                    "puts out; export it with the sizes of its input fixed"
                )
            if math.prod(shape) > LARGEST_OUTPUT:
                raise UserError(
                    f"targets: {path}: {name!r} has {math.prod(shape):,} numbers for one image; "
                    f"allowed are {LARGEST_OUTPUT:,}: name a smaller network"
                )
    for end in (*graph.input, *graph.output):
        if end.name not in found or min(found[end.name][0], default=0) < 1:
            raise UserError(
                f"targets: {path} does not say the shape of {end.name!r}; export it with the sizes "
                "of its input fixed"
            )
    return found
