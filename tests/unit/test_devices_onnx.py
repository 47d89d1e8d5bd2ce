"""Networks in ONNX as targets: known answers, where they are cut, and what is refused."""

import numpy as np
import onnx
import pytest
import tensorflow as tf
from cut_devices import parts
from onnx import TensorProto, helper, numpy_helper
from onnx_files import IMAGE, PIXELS, linear, orthogonal, saved, some_head

from intercept.devices.activations import observe
from intercept.networks import queried
from intercept.networks.cutting import cut
from intercept.runtime.errors import UserError
from intercept.training.recipes.model_file.settings import Settings
from intercept.training.recipes.model_file.trainer import Trainer

IMAGES = np.random.default_rng(2).random((5, *IMAGE), np.float32)
FLAT = IMAGES.reshape(len(IMAGES), -1)
HEAD = some_head()


def target(path, classes=3, shape=IMAGE, **settings):
    return Trainer(Settings(model=str(path), **settings), shape, classes, 10, 1).network


def refusal(path, **fit):
    with pytest.raises(UserError) as refused:
        target(path, **fit)
    assert "\n" not in str(refused.value)
    return str(refused.value)


@pytest.mark.parametrize(
    ("matrix", "known"),
    [
        (np.eye(PIXELS), FLAT),
        (np.zeros((PIXELS, 4)), np.zeros((5, 4))),
        (orthogonal(), FLAT @ orthogonal()),
    ],
    ids=["identity", "constant", "orthogonal"],
)
@pytest.mark.parametrize("batch", ["n", 1])
@pytest.mark.slow
def test_the_wire_carries_the_known_answer(tmp_path, matrix, known, batch):
    head = some_head(matrix.shape[1])
    path = linear(tmp_path / "net.onnx", matrix, head, takes=(batch, *IMAGE))
    device, server = parts(target(path), "code", tmp_path)
    assert device.input_shape == (None, *IMAGE)
    assert device.output_shape == (None, *np.shape(known)[1:])
    sent = observe(device, IMAGES)
    np.testing.assert_allclose(sent, known, atol=1e-5)
    np.testing.assert_allclose(observe(server, sent), tf.nn.softmax(known @ head), atol=1e-5)


@pytest.mark.parametrize("ending", [None, "Softmax", "LogSoftmax", "Sigmoid"])
def test_whatever_it_ends_in_the_target_puts_out_probabilities(tmp_path, ending):
    path = linear(tmp_path / "net.onnx", np.eye(PIXELS), HEAD, ending)
    logits = FLAT @ HEAD
    expected = np.float32(tf.nn.softmax(logits))
    if ending == "Sigmoid":
        each = np.float32(tf.sigmoid(logits))
        expected = each / each.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(observe(target(path), IMAGES), expected, atol=1e-5)


@pytest.mark.parametrize("ending", [None, "Sigmoid"])
def test_one_number_is_of_the_second_of_two_classes(tmp_path, ending):
    path = linear(tmp_path / "net.onnx", np.eye(PIXELS), HEAD[:, :1], ending)
    found = observe(target(path, classes=2), IMAGES)
    np.testing.assert_allclose(found[:, 1], tf.sigmoid(FLAT @ HEAD[:, 0]), atol=1e-5)
    np.testing.assert_allclose(found.sum(axis=1), 1, atol=1e-6)


@pytest.mark.parametrize(("pixels", "scale", "offset"), [([0, 255], 255, 0), ([-1, 1], 2, -1)])
def test_pixels_are_what_the_network_expects(tmp_path, pixels, scale, offset):
    path = linear(tmp_path / "net.onnx", np.eye(PIXELS), HEAD)
    device, _ = parts(target(path, pixels=pixels), "code", tmp_path)
    np.testing.assert_allclose(observe(device, IMAGES), FLAT * scale + offset, rtol=1e-4, atol=1e-5)


def convolutional(path, sides=("n", 1, 8, 6), last=False):
    """Images of 8×6 to a map of 4 channels whose rows and columns differ, to three logits."""
    generator = np.random.default_rng(3)
    weights = {
        "kernel": generator.normal(size=(4, sides[-1] if last else sides[1], 3, 3)),
        "matrix": generator.normal(size=(4 * 6 * 4, 3)) / 10,
    }
    nodes = [
        helper.make_node("Conv", ["image", "kernel"], ["/conv/Conv_output_0"]),
        helper.make_node("Relu", ["/conv/Conv_output_0"], ["/Relu_output_0"]),
        helper.make_node("Flatten", ["/Relu_output_0"], ["flat"]),
        helper.make_node("MatMul", ["flat", "matrix"], ["output"]),
    ]
    if last:  # as TensorFlow's exporters write
        nodes[0].input[0] = "first"
        nodes.insert(0, helper.make_node("Transpose", ["image"], ["first"], perm=[0, 3, 1, 2]))
    weights = {name: np.float32(value) for name, value in weights.items()}
    return saved(path, nodes, weights, sides), weights


@pytest.mark.parametrize("last", [False, True])
@pytest.mark.parametrize("free", [False, True])
@pytest.mark.slow
def test_images_and_maps_are_turned_where_channels_come_first(tmp_path, last, free):
    rows, columns = ("h", "w") if free else (8, 6)
    sides = ("n", rows, columns, 1) if last else ("n", 1, rows, columns)
    path, weights = convolutional(tmp_path / "net.onnx", sides, last)
    images = np.random.default_rng(4).random((5, 8, 6, 1), np.float32)
    device, server = parts(target(path, shape=(8, 6, 1)), "Relu_output_0", tmp_path)
    kernel = weights["kernel"].transpose(2, 3, 1, 0)
    expected = tf.nn.relu(tf.nn.conv2d(images, kernel, 1, "VALID")).numpy()
    sent = observe(device, images)
    assert device.output_shape == (None, 6, 4, 4)
    np.testing.assert_allclose(sent, expected, atol=1e-5)
    logits = expected.transpose(0, 3, 1, 2).reshape(5, -1) @ weights["matrix"]
    np.testing.assert_allclose(observe(server, sent), tf.nn.softmax(logits), atol=1e-5)


def test_grey_images_are_shown_three_times_to_a_network_of_colour(tmp_path):
    path, weights = convolutional(tmp_path / "net.onnx", ("n", 3, 8, 6))
    images = np.random.default_rng(4).random((5, 8, 6, 1), np.float32)
    device, _ = parts(target(path, shape=(8, 6, 1)), "conv.Conv_output_0", tmp_path)
    kernel = weights["kernel"].transpose(2, 3, 1, 0)
    expected = tf.nn.conv2d(np.repeat(images, 3, axis=-1), kernel, 1, "VALID")
    np.testing.assert_allclose(observe(device, images), expected, atol=1e-5)


def test_a_layer_that_is_not_there_is_refused_with_those_that_are(tmp_path):
    network = target(linear(tmp_path / "net.onnx", np.eye(PIXELS), HEAD))
    with pytest.raises(UserError) as refused:
        cut(network, "nowhere")
    assert str(refused.value) == (
        "cut_layers: the target has no tensor 'nowhere'; allowed are flat, code"
    )


@pytest.mark.parametrize(
    ("cut_layer", "why"),
    [
        ("image", "at 'image', its input, before which nothing is computed on the device"),
        ("output", "at 'output', its last layer, behind which nothing is left for the server"),
        ("whole", "behind 'whole': its numbers are int64, and not float32"),
        ("tokens", "behind 'tokens': it puts out [16, 4] for an image, which is neither a vector"),
        ("nothing", "behind 'nothing': it puts out nothing ([0] numbers for an image)"),
        ("inner", "behind 'inner': what lies behind it needs the image or something earlier"),
        ("apart", "behind 'apart': it puts out [4, 16] numbers, which are not of one image"),
    ],
)
def test_a_tensor_where_it_cannot_be_cut_is_refused_with_the_reason(tmp_path, cut_layer, why):
    nodes = [
        helper.make_node("Flatten", ["image"], ["flat"]),
        helper.make_node("Relu", ["flat"], ["/block/inner"]),
        helper.make_node("Add", ["flat", "/block/inner"], ["both"]),
        helper.make_node("Cast", ["both"], ["whole"], to=TensorProto.INT64),
        helper.make_node("Cast", ["whole"], ["back"], to=TensorProto.FLOAT),
        helper.make_node("Reshape", ["back", "as_tokens"], ["tokens"]),
        helper.make_node("Reshape", ["tokens", "as_rows"], ["apart"]),
        helper.make_node("Reshape", ["apart", "as_vector"], ["again"]),
        helper.make_node("Slice", ["again", "zero", "zero", "one"], ["nothing"]),
        helper.make_node("Concat", ["again", "nothing"], ["joined"], axis=1),
        helper.make_node("MatMul", ["joined", "head"], ["output"]),
    ]
    weights = {
        "as_tokens": np.array([1, 16, 4]),
        "as_rows": np.array([4, 16]),
        "as_vector": np.array([1, 64]),
        "zero": np.array([0]),
        "one": np.array([1]),
        "head": np.float32(HEAD),
    }
    path = saved(tmp_path / "net.onnx", nodes, weights, (1, *IMAGE), (1, 3))
    with pytest.raises(UserError) as refused:
        cut(target(path), cut_layer)
    assert str(refused.value).startswith(f"cut_layers: the target cannot be cut {why}")
    assert str(refused.value).endswith("; allowed are flat, both, back, again, joined")


@pytest.mark.parametrize("last", [False, True])
def test_an_input_of_which_no_side_is_known_is_read_by_the_operators_behind_it(tmp_path, last):
    """As PyTorch's users get one that name all four sides in dynamic_axes."""
    images = np.random.default_rng(4).random((5, 8, 6, 1), np.float32)
    fixed = ("n", 8, 6, 1) if last else ("n", 1, 8, 6)
    path, _ = convolutional(tmp_path / "fixed.onnx", fixed, last)
    expected = observe(target(path, shape=(8, 6, 1)), images)
    model = onnx.load(path)
    for side, name in zip(model.graph.input[0].type.tensor_type.shape.dim, "nchw", strict=True):
        side.dim_param = name
    onnx.save(model, tmp_path / "free.onnx")
    found = observe(target(tmp_path / "free.onnx", shape=(8, 6, 1)), images)
    np.testing.assert_allclose(found, expected, atol=1e-6)


def test_one_that_convolves_colour_is_shown_grey_three_times_though_no_side_is_known(tmp_path):
    path, _ = convolutional(tmp_path / "net.onnx", ("n", 3, 8, 6))
    model = onnx.load(path)
    for side, name in zip(model.graph.input[0].type.tensor_type.shape.dim, "nchw", strict=True):
        side.dim_param = name
    onnx.save(model, path)
    assert target(path, shape=(8, 6, 1)).network.takes == (3, 8, 6)


def test_an_input_that_nothing_tells_the_channels_of_is_refused(tmp_path):
    path = linear(tmp_path / "net.onnx", np.eye(PIXELS), HEAD, takes=("n", "c", "h", "w"))
    assert refusal(path) == (
        f"targets: {path} does not say how many channels its input has; fix the channels in "
        "dynamic_axes (batch, height and width may be free)"
    )


def test_it_is_not_cut_where_a_path_leads_around(tmp_path):
    nodes = [
        helper.make_node("Flatten", ["image"], ["flat"]),
        helper.make_node("Relu", ["flat"], ["inner"]),
        helper.make_node("Add", ["flat", "inner"], ["both"]),
        helper.make_node("MatMul", ["both", "head"], ["output"]),
    ]
    network = target(saved(tmp_path / "net.onnx", nodes, {"head": np.float32(HEAD)}))
    assert [one.name for one in network.network.places()] == ["flat", "both"]


def flat_and(*nodes, head="head"):
    return [helper.make_node("Flatten", ["image"], ["flat"]), *nodes]


def in_another_file(path):
    linear(path, np.eye(PIXELS), HEAD)
    model = onnx.load(path)
    onnx.save(model, path, save_as_external_data=True, location="elsewhere", size_threshold=0)


def with_custom_operator(path):
    nodes = flat_and(helper.make_node("Scale", ["flat"], ["output"], domain="mine"))
    saved(path, nodes, {}, gives=("n", PIXELS))
    model = onnx.load(path)
    model.opset_import.append(helper.make_opsetid("mine", 1))
    onnx.save(model, path)


def with_a_loop(path):
    body = helper.make_graph(
        [
            helper.make_node("Identity", ["goes_on"], ["on"]),
            helper.make_node("Identity", ["state"], ["next"]),
        ],
        "body",
        [
            helper.make_tensor_value_info("number", TensorProto.INT64, []),
            helper.make_tensor_value_info("goes_on", TensorProto.BOOL, []),
            helper.make_tensor_value_info("state", TensorProto.FLOAT, None),
        ],
        [
            helper.make_tensor_value_info("on", TensorProto.BOOL, []),
            helper.make_tensor_value_info("next", TensorProto.FLOAT, None),
        ],
    )
    nodes = flat_and(
        helper.make_node("Loop", ["", "true", "flat"], ["looped"], body=body),
        helper.make_node("MatMul", ["looped", "head"], ["output"]),
    )
    saved(path, nodes, {"true": np.array(True), "head": np.float32(HEAD)})


def asking_for_memory(path):
    nodes = flat_and(
        helper.make_node("ConstantOfShape", ["sides"], ["huge"]),
        helper.make_node("ReduceSum", ["huge"], ["sum"]),
        helper.make_node("MatMul", ["flat", "head"], ["made"]),
        helper.make_node("Add", ["made", "sum"], ["output"]),
    )
    saved(path, nodes, {"sides": np.array([2**20, 2**20]), "head": np.float32(HEAD)})


def of_chance(path):
    nodes = flat_and(
        helper.make_node("RandomNormalLike", ["flat"], ["noise"]),
        helper.make_node("Add", ["flat", "noise"], ["both"]),
        helper.make_node("MatMul", ["both", "head"], ["output"]),
    )
    saved(path, nodes, {"head": np.float32(HEAD)})


def mixing_the_batch(path):
    nodes = flat_and(
        helper.make_node("ReduceMean", ["flat"], ["mean"], axes=[0], keepdims=1),
        helper.make_node("Sub", ["flat", "mean"], ["apart"]),
        helper.make_node("MatMul", ["apart", "head"], ["output"]),
    )
    saved(path, nodes, {"head": np.float32(HEAD)})


def of_unknown_size(path):
    nodes = flat_and(
        helper.make_node("NonZero", ["flat"], ["found"]),
        helper.make_node("Cast", ["found"], ["numbers"], to=TensorProto.FLOAT),
        helper.make_node("ReduceSum", ["numbers"], ["sum"]),
        helper.make_node("MatMul", ["flat", "head"], ["made"]),
        helper.make_node("Add", ["made", "sum"], ["output"]),
    )
    saved(path, nodes, {"head": np.float32(HEAD)})


@pytest.mark.parametrize(
    ("write", "said"),
    [
        (lambda path: path.write_bytes(b"no model"), "is not a whole ONNX file"),
        (lambda path: path.write_bytes(b""), "is not a whole ONNX file"),
        (lambda path: None, "there is no such file; allowed is the path of one: write"),
        (in_another_file, "keeps the weights 'matrix' in another file"),
        (with_custom_operator, "has the operator 'Scale' of 'mine'"),
        (with_a_loop, "has 'Loop', which holds graphs of its own"),
        (asking_for_memory, "'huge' has 1,099,511,627,776 numbers for one image"),
        (of_unknown_size, "does not say how large 'found' is"),
        (of_chance, "gives an image another answer alone than beside others, or each time"),
        (mixing_the_batch, "gives an image another answer alone than beside others"),
        (
            lambda path: linear(path, np.eye(PIXELS), HEAD, takes=(4, *IMAGE)),
            "takes 4 images at once",
        ),
        (
            lambda path: linear(path, np.eye(PIXELS), HEAD[:, :2]),
            "puts out (2,), and this data set has 3 classes",
        ),
        (
            lambda path: linear(path, np.eye(81), some_head(81), takes=("n", 9, 9, 1)),
            "takes inputs of shape (9, 9, 1), and the images of this data set are (8, 8, 1)",
        ),
    ],
)
def test_what_cannot_be_a_target_is_refused_in_one_line(tmp_path, write, said):
    path = tmp_path / "net.onnx"
    write(path)
    assert said in refusal(path)


def test_what_lies_in_the_place_of_a_stage_is_looked_at_again(tmp_path):
    network = target(linear(tmp_path / "net.onnx", np.eye(PIXELS), HEAD))
    with_custom_operator(tmp_path / "other.onnx")
    network.network.content = (tmp_path / "other.onnx").read_bytes()
    queried.write(tmp_path / "target.h5", network)
    with pytest.raises(UserError, match="has the operator 'Scale' of 'mine'"):
        queried.load(tmp_path / "target.h5")


def test_weights_of_several_types_are_read(tmp_path):
    """Shapes that are computed, as exporters write them for flattening."""
    nodes = [
        helper.make_node("Shape", ["image"], ["shape"]),
        helper.make_node("Gather", ["shape", "zero"], ["count"]),
        helper.make_node("Unsqueeze", ["count", "first"], ["side"]),
        helper.make_node("Concat", ["side", "rest"], ["sides"], axis=0),
        helper.make_node("Reshape", ["image", "sides"], ["flat"]),
        helper.make_node("MatMul", ["flat", "head"], ["output"]),
    ]
    weights = {
        "zero": np.array(0),
        "first": np.array([0]),
        "rest": np.array([-1]),
        "head": np.float32(HEAD),
    }
    path = saved(tmp_path / "net.onnx", nodes, weights)
    device, _ = parts(target(path), "flat", tmp_path)
    np.testing.assert_array_equal(observe(device, IMAGES), FLAT)
    assert numpy_helper.to_array(onnx.load(path).graph.initializer[2]).tolist() == [-1]


def made_a_map(path, *, convolved, transposed=()):
    """Pixels made a vector and that a map of 4, 4, 8 or 8, 4, 4, which goes on as is said."""
    shape = (8, 4, 4) if convolved else (4, 4, 8)
    nodes = [
        helper.make_node("Flatten", ["image"], ["flat"]),
        helper.make_node("MatMul", ["flat", "matrix"], ["code"]),
        helper.make_node("Reshape", ["code", "shape"], ["map"]),
        helper.make_node("Relu", ["map"], ["active"]),
    ]
    if convolved:
        nodes.append(helper.make_node("Conv", ["active", "kernel"], ["behind"]))
    elif transposed:
        nodes.append(helper.make_node("Transpose", ["active"], ["behind"], perm=transposed))
    else:
        nodes.append(helper.make_node("Relu", ["active"], ["behind"]))
    nodes += [
        helper.make_node("Flatten", ["behind"], ["last"]),
        helper.make_node("MatMul", ["last", "head"], ["output"]),
    ]
    weights = {
        "matrix": np.float32(np.random.default_rng(1).normal(size=(PIXELS, 128))),
        "shape": np.array([-1, *shape]),
        "head": np.float32(some_head(128)),
    }
    if convolved:
        weights["kernel"] = np.float32(np.random.default_rng(3).normal(size=(8, 8, 1, 1)))
    return saved(path, nodes, weights)


@pytest.mark.parametrize(
    ("ways", "first"),
    [
        ({"convolved": True}, True),
        ({"convolved": False}, False),  # as the image has them
        ({"convolved": False, "transposed": [0, 3, 1, 2]}, False),
        ({"convolved": False, "transposed": [0, 2, 3, 1]}, True),
    ],
    ids=["convolution", "nothing", "to channels first", "to channels last"],
)
def test_where_a_vector_is_made_a_map_its_layout_is_that_of_what_is_behind(tmp_path, ways, first):
    network = target(made_a_map(tmp_path / "net.onnx", **ways)).network
    assert {place.name: place.channels_first for place in network.places()}["map"] is first


@pytest.mark.parametrize("cut_at", ["code", "dropped"])
def test_dropout_that_is_on_is_refused_where_it_crosses_the_wire(tmp_path, cut_at):
    nodes = [
        helper.make_node("Flatten", ["image"], ["flat"]),
        helper.make_node("MatMul", ["flat", "matrix"], ["code"]),
        helper.make_node("Dropout", ["code", "ratio", "on"], ["dropped"]),
        helper.make_node("MatMul", ["dropped", "head"], ["output"]),
    ]
    weights = {
        "matrix": np.float32(orthogonal()),
        "ratio": np.float32(0.5),
        "on": np.array(True),
        "head": np.zeros((PIXELS, 3), np.float32),  # so that the whole network is steady
    }
    device, _ = cut(target(saved(tmp_path / "net.onnx", nodes, weights)), cut_at)
    if cut_at == "code":
        queried.refuse_other_answers(device, "it")
    else:
        with pytest.raises(
            UserError, match=r"it gives an image another answer.* in inference mode$"
        ):
            queried.refuse_other_answers(device, "it")
