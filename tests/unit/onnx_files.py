"""Networks in ONNX, made node by node, whose answers are known."""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

IMAGE = (8, 8, 1)
PIXELS = 64


def saved(path, nodes, weights, takes=("n", *IMAGE), gives=("n", 3), **changed):
    """The file of a network from ``image`` to ``output``."""
    graph = helper.make_graph(
        nodes,
        "graph",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, takes)],
        [helper.make_tensor_value_info("output", TensorProto.FLOAT, gives)],
        [numpy_helper.from_array(np.asarray(value), name) for name, value in weights.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
    model.ir_version = 8
    for key, value in changed.items():
        setattr(model, key, value)
    onnx.save(model, path)
    return path


def linear(path, matrix, head, ending=None, takes=("n", *IMAGE), gives=None):
    """Pixels, flattened, times a matrix, which is ``code``; times a head; and what it ends in."""
    last = "logits" if ending else "output"
    nodes = [
        helper.make_node("Flatten", ["image"], ["flat"]),
        helper.make_node("MatMul", ["flat", "matrix"], ["code"]),
        helper.make_node("MatMul", ["code", "head"], [last]),
    ]
    if ending:
        nodes.append(helper.make_node(ending, ["logits"], ["output"]))
    weights = {"matrix": np.float32(matrix), "head": np.float32(head)}
    return saved(path, nodes, weights, takes, gives or (takes[0], np.shape(head)[1]))


def orthogonal(size=PIXELS, seed=0):
    """A matrix that keeps distances."""
    return np.linalg.qr(np.random.default_rng(seed).normal(size=(size, size)))[0]


def some_head(rows=PIXELS, classes=3, seed=1):
    return np.random.default_rng(seed).normal(size=(rows, classes))
