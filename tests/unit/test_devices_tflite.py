"""Networks in TFLite as targets: known answers, 8 bits, where they are cut, what is refused."""

from copy import deepcopy

import numpy as np
import pytest
import tensorflow as tf
from cut_devices import parts
from onnx_files import orthogonal
from tensorflow.lite.tools import flatbuffer_utils

from intercept.devices.activations import observe
from intercept.devices.tflite_file import TfliteNetwork
from intercept.runtime.errors import UserError
from intercept.training.recipes.model_file.pixels import as_expected, check_range
from intercept.training.recipes.model_file.settings import Settings
from intercept.training.recipes.model_file.trainer import Trainer

SHAPE = (8, 6, 1)
IMAGES = np.random.default_rng(2).random((5, *SHAPE), np.float32)
FLAT = IMAGES.reshape(5, -1)
L = tf.keras.layers


def keras_network(matrix=None, ending="softmax"):
    """A map, a vector that is known if a matrix is given, and three classes."""
    tf.keras.utils.set_random_seed(1)
    image = tf.keras.Input(SHAPE, batch_size=1)
    x = image if matrix is not None else L.Conv2D(4, 3, activation="relu", name="map")(image)
    units = 7 if matrix is None else np.shape(matrix)[1]
    code = L.Dense(units, name="code")
    outputs = L.Dense(3, activation=ending, name="head")(code(L.Flatten()(x)))
    model = tf.keras.Model(image, outputs)
    if matrix is not None:
        code.set_weights([np.float32(matrix), np.zeros(units, np.float32)])
    return model


def converted(model, path, eight_bits=None):
    """The TFLite file of a model; of 8 bits for its weights, or for all of it."""
    converter = tf.lite.TFLiteConverter.from_keras_model(model)
    if eight_bits:
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
    if eight_bits == "all":
        converter.representative_dataset = lambda: ([one[np.newaxis]] for one in IMAGES)
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
        converter.inference_input_type = converter.inference_output_type = tf.int8
    path.write_bytes(converter.convert())
    return path


def target(path, classes=3, shape=SHAPE, **settings):
    return Trainer(Settings(model=str(path), **settings), shape, classes, 10, 1).network


@pytest.mark.parametrize(
    "matrix",
    [np.hstack([np.eye(48), orthogonal(48)]), np.zeros((48, 4))],
    ids=["identity beside turn", "constant"],
)
@pytest.mark.slow
def test_the_wire_carries_the_known_answer(tmp_path, matrix):
    model = keras_network(matrix)
    whole = target(converted(model, tmp_path / "net.tflite"))
    layer = next(one.name for one in whole.network.places() if "code" in one.name)
    device, server = parts(whole, layer, tmp_path)
    sent = observe(device, IMAGES)
    np.testing.assert_allclose(sent, FLAT @ matrix, atol=1e-5)
    expected = np.concatenate([model(one[np.newaxis]) for one in IMAGES])
    np.testing.assert_allclose(observe(server, sent), expected, atol=1e-5)


@pytest.mark.parametrize("ending", ["softmax", None, "sigmoid"])
@pytest.mark.slow
def test_every_cut_gives_the_whole_networks_answer(tmp_path, ending):
    model = keras_network(ending=ending)
    whole = target(converted(model, tmp_path / "net.tflite"))
    expected = np.concatenate([model(one[np.newaxis]) for one in IMAGES])
    if ending is None:
        expected = np.float32(tf.nn.softmax(expected))
    expected = expected / expected.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(observe(whole, IMAGES), expected, atol=1e-5)
    shapes = []
    for place in whole.network.places():
        device, server = parts(whole, place.name, tmp_path)
        sent = observe(device, IMAGES)
        shapes.append(sent.shape[1:])
        np.testing.assert_allclose(observe(server, sent), expected, atol=1e-5)
    assert {(6, 4, 4), (96,), (7,)} <= set(shapes)


@pytest.mark.parametrize(("eight_bits", "within"), [("weights", 0.02), ("all", 0.05)])
@pytest.mark.slow
def test_a_quantised_network_is_taken_as_the_numbers_that_it_stands_for(
    tmp_path, eight_bits, within
):
    model = keras_network()
    whole = target(converted(model, tmp_path / "net.tflite", eight_bits))
    expected = np.concatenate([model(one[np.newaxis]) for one in IMAGES])
    answers = observe(whole, IMAGES)
    np.testing.assert_allclose(answers, expected, atol=within)
    reference = tf.lite.Interpreter(str(tmp_path / "net.tflite"))
    reference.allocate_tensors()
    (source,), (result,) = reference.get_input_details(), reference.get_output_details()
    for place in whole.network.places():
        device, server = parts(whole, place.name, tmp_path)
        np.testing.assert_allclose(observe(server, observe(device, IMAGES)), answers, atol=1e-5)
    if eight_bits == "all":
        scale, zero = source["quantization"]
        reference.set_tensor(source["index"], np.int8(np.round(IMAGES[:1] / scale + zero)))
        reference.invoke()
        scale, zero = result["quantization"]
        known = (np.float32(reference.get_tensor(result["index"])) - zero) * scale
        np.testing.assert_allclose(answers[0], known[0] / known[0].sum(), atol=1e-2)


def changed(path, change):
    model = flatbuffer_utils.convert_bytearray_to_object(bytearray(path.read_bytes()))
    change(model)
    path.write_bytes(flatbuffer_utils.convert_object_to_bytearray(model))


def custom(model):
    model.operatorCodes[0].customCode = b"FlexMine"


def two_graphs(model):
    model.subgraphs.append(deepcopy(model.subgraphs[0]))


def huge(model):
    model.subgraphs[0].tensors[-1].shape = np.int32([1, 2**30, 2**30])


def no_such_tensor(model):
    model.subgraphs[0].inputs = np.int32([9999])


@pytest.fixture(scope="module")
def whole_file(tmp_path_factory):
    return converted(keras_network(), tmp_path_factory.mktemp("net") / "net.tflite").read_bytes()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (custom, "has the operator 'FlexMine', which is not one of TensorFlow Lite's"),
        (two_graphs, "has 2 graphs, and may repeat one without end"),
        (huge, "has a tensor of 1,152,921,504,606,846,976 numbers"),
        (no_such_tensor, "is not a whole TFLite file"),
        (b"no model", "is not a whole TFLite file (its first bytes are another file's)"),
        (b"", "is not a whole TFLite file"),
    ],
)
@pytest.mark.slow
def test_what_is_not_allowed_is_refused_in_one_line(tmp_path, whole_file, change, said):
    path = tmp_path / "net.tflite"
    path.write_bytes(change if isinstance(change, bytes) else whole_file)
    if not isinstance(change, bytes):
        changed(path, change)
    with pytest.raises(UserError) as refused:
        target(path)
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(("eight_bits", "bits"), [(None, 32), ("all", 8)])
def test_a_place_says_how_many_bits_a_number_takes(tmp_path, eight_bits, bits):
    whole = target(converted(keras_network(), tmp_path / "net.tflite", eight_bits))
    assert {one.bits for one in whole.network.places()} == {bits}


@pytest.mark.slow
def test_probabilities_of_8_bits_are_a_softmax_though_their_sum_is_off(tmp_path):
    tf.keras.utils.set_random_seed(1)
    image = tf.keras.Input(SHAPE, batch_size=1)
    outputs = L.Dense(100, activation="softmax")(L.Flatten()(image))
    network = target(
        converted(tf.keras.Model(image, outputs), tmp_path / "net.tflite", "all"), classes=100
    )
    stored = network.network.compute(IMAGES).sum(axis=1)
    assert np.abs(stored - 1).max() > 0.01
    probabilities = observe(network, IMAGES)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, rtol=1e-5)
    assert probabilities.std(axis=0).max() > 0


def of_8_bits(path, least, most, kind="uint8", channels=1):
    """A file whose input holds numbers from the one to the other, in steps of a 255th of that."""
    image = tf.keras.Input((8, 6, channels), batch_size=1)
    outputs = L.Dense(3, activation="softmax")(L.Flatten()(image))
    converter = tf.lite.TFLiteConverter.from_keras_model(tf.keras.Model(image, outputs))
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    ends = [np.full((1, 8, 6, channels), end, np.float32) for end in (least, most)]
    converter.representative_dataset = lambda: ([one] for one in ends)
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
    converter.inference_input_type = converter.inference_output_type = tf.as_dtype(kind)
    path.write_bytes(converter.convert())
    return path


HALVES = {"mean": [0.5] * 3, "deviation": [0.5] * 3}
BEYOND = [
    # What an input holds, what is said of pixels, and the range that this gives.
    ((0, 1), [0, 255], "from 0 to 255"),
    ((0, 1), [-1, 1], "from -1 to 1"),
    ((0, 1), "none", "from 0 to 255"),
    ((0, 1), "tf", "from -1 to 1"),
    ((0, 1), HALVES, "from -1 to 1"),
    ((-1, 1), "torch", "from -2.118 to 2.64"),
    ((-1, 1), "caffe", "from -123.7 to 151.1"),
    ((-1, 0.5), None, "from 0 to 1"),
]
WITHIN = [
    *[((0, 1), None), ((0, 1), [0, 1]), ((0, 255), [0, 255]), ((0, 255), "none"), ((-1, 1), "tf")],
    *[
        ((0, 0.95), None),
        ((-1, 1), HALVES),
        ((-2.2, 2.7), "torch"),
        ((-124, 152), "caffe"),
        ((0, 255), None),
    ],
]


@pytest.fixture(scope="module")
def holding(tmp_path_factory):
    """A network, by what its input holds and its kind; each is made once."""
    made = {}

    def of(held, kind):
        if (held, kind) not in made:
            path = of_8_bits(tmp_path_factory.mktemp("net") / "net.tflite", *held, kind, 3)
            made[held, kind] = TfliteNetwork(path.read_bytes(), str(path))
        return made[held, kind]

    return of


def settings(pixels):
    return Settings(model="net.tflite", **({} if pixels is None else {"pixels": pixels}))


@pytest.mark.parametrize("kind", ["uint8", "int8"])
@pytest.mark.parametrize(("held", "pixels", "given"), BEYOND)
def test_pixels_that_an_input_of_8_bits_would_clip_are_refused(holding, held, pixels, given, kind):
    with pytest.raises(UserError) as refused:
        check_range(settings(pixels), 3, holding(held, kind))
    message = str(refused.value)
    assert "holds numbers from" in message
    assert given in message
    assert ("nothing is said" in message) == (pixels is None)
    assert "\n" not in message


@pytest.mark.parametrize("kind", ["uint8", "int8"])
@pytest.mark.parametrize(("held", "pixels"), WITHIN)
def test_pixels_about_within_what_it_holds_are_taken(holding, held, pixels, kind):
    network, said = holding(held, kind), settings(pixels)
    check_range(said, 3, network)
    image = tf.keras.Input((8, 6, 3))
    shown = tf.keras.Model(image, as_expected(image, said, ()))
    ends = [shown(np.full((1, 8, 6, 3), end, np.float32)).numpy() for end in (0, 1)]
    least, most = network.takes_range
    slack = 0.1 * (most - least)
    assert least - slack <= np.min(ends) <= np.max(ends) <= most + slack


def test_a_file_of_8_bits_is_refused_pixels_that_it_would_clip(tmp_path):
    path = of_8_bits(tmp_path / "net.tflite", 0, 1)
    interpreter = tf.lite.Interpreter(str(path))
    scale, zero = interpreter.get_input_details()[0]["quantization"]
    network = target(path).network
    assert network.takes_range == pytest.approx(((0 - zero) * scale, (255 - zero) * scale))
    said = r"holds numbers from 0 to 1, and pixels: \[0, 255\] is said .*such as \[0, 1\]$"
    with pytest.raises(UserError, match=said):
        target(path, pixels=[0, 255])


def test_a_layer_where_it_cannot_be_cut_is_refused_with_the_reason(tmp_path):
    layers = tf.keras.layers
    image = tf.keras.Input(SHAPE)
    flat = layers.Flatten()(image)
    inner = layers.Dense(96, activation="tanh", name="inner")(flat)
    outer = layers.Dense(96, activation="tanh", name="outer")(flat)
    tokens = layers.Softmax(name="tokens")(
        layers.Reshape((12, 8))(layers.Multiply()([inner, outer]))
    )
    end = layers.Dense(3, activation="softmax", name="end")(layers.Flatten()(tokens))
    network = target(converted(tf.keras.Model(image, end), tmp_path / "net.tflite"))
    for cut_layer, why in (
        ("nowhere", "has no layer 'nowhere'"),
        (
            "tokens",
            "cannot be cut behind 'tokens': it puts out [12, 8] for an image, which is",
        ),
        (
            "inner",
            "cannot be cut behind 'inner': what lies behind it needs the image or something",
        ),
    ):
        with pytest.raises(UserError) as refused:
            network.split(cut_layer)
        assert str(refused.value).startswith(f"cut_layers: the target {why}")
        assert "; allowed are " in str(refused.value)
