"""What an ONNX file holds, before any of it runs.

A file may name operators of other libraries, keep its weights in files elsewhere, repeat parts of
itself without end, or ask for more memory than there is. All of that is plain data in its graph.
"""

import math
from collections.abc import Mapping
from typing import Any

import onnx
from google.protobuf.message import DecodeError
from onnx import AttributeProto, ModelProto, NodeProto, TensorProto, ValueInfoProto

from intercept.arrays.limits import LARGEST_OUTPUT, LARGEST_WEIGHTS
from intercept.runtime.errors import UserError, message_lines

_STANDARD = ("", "ai.onnx")  # domains of operators
ANY_NUMBER = "images"  # the name of the batch's side
TO_LAST, _TO_FIRST = [0, 2, 3, 1], [0, 3, 1, 2]  # the order of sides of a transposition
# What works on maps whose channels come first, whatever the tensors before it were.
CHANNELS_FIRST = (
    *("AveragePool", "BatchNormalization", "Conv", "ConvTranspose", "DepthToSpace"),
    *("GlobalAveragePool", "GlobalMaxPool", "GroupNormalization", "InstanceNormalization"),
    *("LRN", "LpPool", "MaxPool", "SpaceToDepth"),
)


def read_model(content: bytes, path: str) -> ModelProto:
    """The graph of a file.

    Args:
        content: the bytes of the file.
        path: of the file, for messages.

    Raises:
        UserError: it is no whole ONNX file, or holds what is not allowed or too much.
    """
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


def ends(model: ModelProto, path: str) -> tuple[ValueInfoProto, ValueInfoProto]:
    """Input and output of a graph.

    Raises:
        UserError: there are several of either, or they are not of float32.
    """
    weights = {one.name for one in model.graph.initializer}
    inputs = [one for one in model.graph.input if one.name not in weights]
    outputs = model.graph.output
    if len(inputs) != 1 or len(outputs) != 1:
        raise UserError(
            f"targets: {path} has inputs: {len(inputs)}, outputs: {len(outputs)}; allowed is one "
            "of each"
        )
    for one in (inputs[0], outputs[0]):
        if one.type.tensor_type.elem_type != TensorProto.FLOAT:
            raise UserError(
                f"targets: {path} takes or puts out numbers of another type than float32 "
                f"({one.name!r}); export it with float32 at both ends"
            )
    return inputs[0], outputs[0]


def order(transpose: NodeProto) -> list[int]:
    """The order of sides that a transposition makes; empty where it turns them round."""
    return next((list(one.ints) for one in transpose.attribute if one.name == "perm"), [])


def taken_channels_first(model: ModelProto, tensor: str, sides: Mapping[str, int]) -> bool | None:
    """Whether a map has its channels first, by the operators that it goes to.

    Args:
        model: what has the operators.
        tensor: the map.
        sides: how many each tensor has, by name, the batch with them.

    Returns:
        None where no operator tells.
    """
    going = [tensor]
    for one in going:
        for node in model.graph.node:
            if one not in node.input:
                continue
            if node.op_type in CHANNELS_FIRST:
                return True
            if node.op_type == "Transpose":
                return {tuple(TO_LAST): True, tuple(_TO_FIRST): False}.get(tuple(order(node)))
            maps = (name for name in filter(None, node.output) if name not in going)
            going += [name for name in maps if sides.get(name) == 4]
    return None


def fix_shape(
    model: ModelProto,
    source: ValueInfoProto,
    path: str,
    image_shape: tuple[int, int, int] | None,
) -> bool:
    """Give an input's free sides the size of the study's images; whether it takes one at a time.

    Args:
        model: the whole graph.
        source: the input, which is changed.
        path: of the file, for messages.
        image_shape: (height, width, channels) of the images of the study; None leaves it as it is.

    Raises:
        UserError: it takes several images at once, or does not say its shape, or neither says how
            many channels it has nor has operators that tell which side they are.
    """
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
        sides[0].dim_param = ANY_NUMBER
    if image_shape and len(sides) == 4 and None in stated[1:]:
        height, width, channels = image_shape
        first: bool | None = stated[3] is None
        if stated[1] is None and stated[3] is None:
            first = taken_channels_first(model, source.name, _sides(model))
            if first is None:
                raise UserError(
                    f"targets: {path} does not say how many channels its input has; fix the "
                    "channels in dynamic_axes (batch, height and width may be free)"
                )
            channels = _convolved(model, source.name) or channels
        wanted = (stated[1] or channels, height, width) if first else (height, width, channels)
        for side, size in zip(list(sides)[1:], wanted, strict=True):
            if not side.HasField("dim_value"):
                side.dim_value = size
    return stated[0] == 1


def _convolved(model: ModelProto, tensor: str) -> int | None:
    """How many channels a map has that a convolution takes; None where none does."""
    weights = {one.name: one for one in model.graph.initializer}
    for node in model.graph.node:
        if node.op_type == "Conv" and node.input[0] == tensor and node.input[1] in weights:
            groups = next((one.i for one in node.attribute if one.name == "group"), 1)
            return int(weights[node.input[1]].dims[1] * groups)
    return None


def _sides(model: ModelProto) -> dict[str, int]:
    """How many sides each tensor has, whatever their sizes, where that is known."""
    graph: Any = onnx.shape_inference.infer_shapes(model).graph
    every = (*graph.input, *graph.value_info, *graph.output)
    return {one.name: len(one.type.tensor_type.shape.dim) for one in every}


def inferred_shapes(model: ModelProto, path: str) -> dict[str, tuple[list[int], int]]:
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
