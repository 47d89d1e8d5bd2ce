"""A network of a file as a target: it has to fit the images and to end in probabilities."""

import numpy as np
import pytest
import tensorflow as tf
from keras_files import SHAPE, layers, network, refusal, saved

from intercept.devices.activations import observe
from intercept.networks.cutting import split
from intercept.networks.model_file import load_network
from intercept.runtime.errors import UserError
from intercept.training.recipes.model_file.settings import Settings
from intercept.training.recipes.model_file.trainer import Trainer

COLOUR = (8, 8, 3)


def trained(path, shape=SHAPE, classes=3, **settings):
    return Trainer(Settings(model=str(path), **settings), shape, classes, examples=10, seed=1)


def taken(model, tmp_path, shape=SHAPE, classes=3, **settings):
    """The network that becomes of a model, by way of a file."""
    return trained(saved(model, tmp_path / "net.h5"), shape, classes, **settings).network


def some_images(shape=SHAPE, count=4):
    """Of whole numbers from 0 to 255, as they are stored, and as a study has them."""
    stored = np.random.default_rng(0).integers(0, 256, (count, *shape))
    return stored.astype(np.float32), (stored / 255).astype(np.float32)


def in_colour():
    """A network of three channels that puts out logits."""
    image = tf.keras.Input(COLOUR)
    x = layers.Flatten()(layers.Conv2D(4, 3, name="convolved")(image))
    return tf.keras.Model(image, layers.Dense(3)(x))


@pytest.mark.parametrize("activation", ["softmax", None])
def test_a_network_is_taken_with_probabilities_at_its_end(tmp_path, activation):
    model = network(activation=activation)
    path = saved(model, tmp_path / "net.h5")
    images = np.random.default_rng(0).random((4, *SHAPE), np.float32)
    probabilities = trained(path).network.predict(images, verbose=0)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, rtol=1e-6)
    expected = model.predict(images, verbose=0)
    if activation is None:
        expected = tf.nn.softmax(expected)
    np.testing.assert_allclose(probabilities, expected, rtol=1e-6)


@pytest.mark.parametrize(
    ("fit", "said"),
    [
        ({"shape": (9, 8, 1)}, "takes inputs of shape (8, 8, 1), and the images of this data set"),
        ({"shape": (8, 8, 3)}, "takes images of 1 channels, and those of this data set have 3"),
        ({"shape": (8, 8, 4)}, "takes images of 1 channels, and those of this data set have 4"),
        ({"classes": 4}, "puts out (3,), and this data set has 4 classes"),
    ],
)
def test_a_network_for_other_images_or_classes_is_refused(tmp_path, fit, said):
    path = saved(network(), tmp_path / "net.keras")
    with pytest.raises(UserError) as refused:
        trained(path, **fit)
    assert said in str(refused.value)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "there is no such file"),
        (b"no model", "is not a whole Keras file"),
        ("half", "is not a whole Keras file"),
        ("flipped", "is not a whole Keras file (Bad CRC-32"),
        ("weights", "is not a whole Keras file (it has weights alone"),
    ],
)
def test_what_is_no_keras_file_is_refused_in_one_line(tmp_path, content, said):
    path = tmp_path / "net.h5"
    if isinstance(content, bytes):
        path.write_bytes(content)
    elif content == "weights":
        network().save_weights(path)
    elif content == "half":
        whole = saved(network(), path).read_bytes()
        path.write_bytes(whole[: len(whole) // 2])
    elif content == "flipped":
        path = saved(network(), tmp_path / "net.keras")
        damaged = bytearray(path.read_bytes())
        damaged[len(damaged) // 2] ^= 1
        path.write_bytes(damaged)
    with pytest.raises(UserError) as refused:
        trained(path)
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


def test_code_that_is_allowed_goes_through_the_stages(tmp_path):
    path = saved(network(layers.Lambda(lambda x: 2 * x, name="twice")), tmp_path / "net.keras")
    settings = Settings(model=str(path), allow_code=["twice"])
    whole = Trainer(settings, SHAPE, 3, examples=10, seed=1).network
    target = saved(whole, tmp_path / "target.h5")
    assert "the Lambda layer 'twice'" in refusal(target, load_network)
    mobile = split(load_network(target, settings.code), "twice").mobile
    intercepted = load_network(saved(mobile, tmp_path / "intercepted.h5"), settings.code)
    images = np.random.default_rng(0).random((4, *SHAPE), np.float32)
    np.testing.assert_array_equal(observe(intercepted, images), observe(mobile, images))


PRESETS = {
    "tf": tf.keras.applications.mobilenet_v2.preprocess_input,
    "caffe": tf.keras.applications.resnet50.preprocess_input,
    "torch": tf.keras.applications.densenet.preprocess_input,
    "none": tf.keras.applications.efficientnet.preprocess_input,
}


@pytest.mark.parametrize("preset", PRESETS)
def test_presets_give_the_pixels_that_keras_applications_do(tmp_path, preset):
    model, (stored, images) = in_colour(), some_images(COLOUR)
    network = taken(model, tmp_path, COLOUR, pixels=preset)
    expected = tf.nn.softmax(model(PRESETS[preset](stored.copy())))
    np.testing.assert_allclose(network(images), expected, rtol=1e-3, atol=1e-6)


@pytest.mark.parametrize(
    ("pixels", "of"),
    [
        ([0, 255], lambda stored: stored),
        ([-1, 1], lambda stored: stored / 127.5 - 1),
        ([-0.5, 0.5], lambda stored: stored / 255 - 0.5),
        (
            {"mean": [0.5, 0.4, 0.3], "deviation": [0.2, 0.25, 0.3]},
            lambda stored: (stored / 255 - [0.5, 0.4, 0.3]) / [0.2, 0.25, 0.3],
        ),
        ([0, 1], lambda stored: stored / 255),
    ],
)
def test_pixels_are_what_the_network_expects(tmp_path, pixels, of):
    model, (stored, images) = in_colour(), some_images(COLOUR)
    network = taken(model, tmp_path, COLOUR, pixels=pixels)
    expected = tf.nn.softmax(model(np.asarray(of(stored), np.float32)))
    np.testing.assert_allclose(network(images), expected, rtol=1e-3, atol=1e-6)


@pytest.mark.parametrize(
    ("shape", "pixels"),
    [(SHAPE, "caffe"), (COLOUR, {"mean": [0.5], "deviation": [0.5]})],
)
def test_pixels_of_other_channels_are_refused(tmp_path, shape, pixels):
    model = network() if shape == SHAPE else in_colour()
    with pytest.raises(UserError, match="channels, and the network is shown images of"):
        taken(model, tmp_path, shape, pixels=pixels)


def test_grey_images_are_repeated_for_a_network_of_three_channels(tmp_path):
    model, (_, images) = in_colour(), some_images()
    network = taken(model, tmp_path, pixels="tf")
    assert network.input_shape == (None, *SHAPE)
    expected = tf.nn.softmax(model(np.repeat(images, 3, axis=-1) * 2 - 1))
    np.testing.assert_allclose(network(images), expected, rtol=1e-4)
    parts = split(network, "convolved")
    assert parts.mobile.input_shape == (None, *SHAPE)
    np.testing.assert_allclose(parts.server(parts.mobile(images)), expected, rtol=1e-4)


def test_a_network_of_any_size_takes_the_size_of_the_images(tmp_path):
    image = tf.keras.Input((None, None, 2), batch_size=7)
    x = layers.GlobalAveragePooling2D()(layers.Concatenate()([image, 1 - image]))
    model = tf.keras.Model(image, x)
    network = taken(model, tmp_path, (8, 8, 2), classes=4)
    images = np.random.default_rng(0).random((3, 8, 8, 2), np.float32)
    assert network.input_shape == (None, 8, 8, 2)
    np.testing.assert_allclose(network(images), tf.nn.softmax(model(images)), rtol=1e-5)


def ending(*last, width=3):
    """A network that ends in these layers or operations."""
    image = tf.keras.Input(SHAPE)
    x = layers.Dense(width, name="dense")(layers.Flatten()(image))
    for layer in last:
        x = layer(x)
    return tf.keras.Model(image, x)


def by_hand(x):
    return tf.exp(x) / tf.reduce_sum(tf.exp(x), axis=-1, keepdims=True)


ENDINGS = {
    "a layer called probabilities": ([layers.Dense(3, name="probabilities")], tf.nn.softmax),
    "layers called as those that are added": (
        [
            layers.Dense(3, name="pixels"),
            layers.Dense(3, name="image"),
            layers.Dense(3, name="received"),
            layers.Dense(3, name="probabilities"),
        ],
        tf.nn.softmax,
    ),
    "a softmax": ([layers.Softmax(name="probabilities")], tf.identity),
    "an activation": ([layers.Activation("softmax")], tf.identity),
    "an operation": ([tf.nn.softmax], tf.identity),
    "a softmax that is reshaped": ([tf.nn.softmax, layers.Reshape((3,))], tf.identity),
    "a softmax in dropout": ([layers.Softmax(), layers.Dropout(0.5)], tf.identity),
    "a softmax by hand": ([by_hand], tf.identity),
    "logits": ([], tf.nn.softmax),
    "a tanh": ([tf.tanh], tf.nn.softmax),
    "logarithms": ([tf.nn.log_softmax], tf.exp),
    "a sigmoid each": (
        [tf.sigmoid],
        lambda x: x / tf.reduce_sum(x, axis=1, keepdims=True),
    ),
}


@pytest.mark.parametrize("name", ENDINGS)
def test_whatever_a_network_ends_in_it_is_taken_with_probabilities(tmp_path, name):
    last, of = ENDINGS[name]
    model, (_, images) = ending(*last), some_images()
    network = taken(model, tmp_path, pixels=[-1, 1])
    np.testing.assert_allclose(network(images), of(model(images * 2 - 1)), rtol=1e-4)
    parts = split(network, "dense")
    np.testing.assert_allclose(parts.server(parts.mobile(images)), network(images), rtol=1e-5)


@pytest.mark.parametrize(
    ("last", "second"),
    [([tf.sigmoid], tf.identity), ([layers.Activation("sigmoid")], tf.identity), ([], tf.sigmoid)],
)
def test_one_number_is_of_the_second_of_two_classes(tmp_path, last, second):
    model, (_, images) = ending(*last, width=1), some_images()
    network = taken(model, tmp_path, classes=2)
    expected = second(model(images)).numpy()
    np.testing.assert_allclose(
        network(images), np.concatenate([1 - expected, expected], axis=1), rtol=1e-4, atol=1e-6
    )


@pytest.mark.parametrize(
    ("last", "width", "said"),
    [
        ([layers.Softmax(axis=0)], 3, "ends in a softmax, and what it puts out for an image sums"),
        ([tf.nn.relu], 1, "that no sigmoid made"),
        ([lambda x: x / 0.0], 3, "for images; allowed is a network whose outputs are finite"),
    ],
)
def test_an_ending_that_is_no_classifiers_is_refused(tmp_path, last, width, said):
    model = ending(*last, width=width)
    with pytest.raises(UserError) as refused:
        taken(model, tmp_path, classes=3 if width == 3 else 2)
    assert said in str(refused.value)


def test_a_network_that_takes_whole_numbers_is_refused(tmp_path):
    image = tf.keras.Input(SHAPE, dtype="uint8")
    x = layers.Flatten()(layers.Rescaling(1 / 255)(image))
    with pytest.raises(UserError, match="takes numbers of type uint8, by which attackers cannot"):
        taken(tf.keras.Model(image, layers.Dense(3)(x)), tmp_path, pixels="none")


def test_mixed_precision_ends_in_probabilities_of_float32(tmp_path):
    policy = "mixed_float16"
    image = tf.keras.Input(SHAPE)
    x = layers.Conv2D(4, 3, dtype=policy, name="convolved")(image)
    x = layers.Dense(3, activation="softmax", dtype=policy)(layers.Flatten(dtype=policy)(x))
    model, (_, images) = tf.keras.Model(image, x), some_images()
    network = taken(model, tmp_path)
    assert network.output.dtype == tf.float32
    np.testing.assert_array_equal(network(images), tf.cast(model(images), tf.float32))


def test_code_in_an_inner_network_is_allowed_by_its_own_name(tmp_path):
    inner = network(layers.Lambda(lambda x: 2 * x, name="twice"))
    image = tf.keras.Input(SHAPE)
    path = saved(tf.keras.Model(image, inner(image)), tmp_path / "net.keras")
    whole = trained(path, allow_code=["twice"]).network
    target = saved(whole, tmp_path / "target.h5")
    assert f"the Lambda layer '{inner.name}.twice'" in refusal(target, load_network)
    assert split(load_network(target, ["twice"]), "twice").mobile.output_shape == (None, 6, 6, 2)


def depending(kind):
    """A network whose answers depend on chance, or on the images beside an image."""
    image = tf.keras.Input(SHAPE)
    x = layers.Flatten()(image)
    if kind == "normalised":
        x = layers.BatchNormalization()(x, training=True)
    elif kind == "dropped":
        x = layers.Dropout(0.5)(x, training=True)
    elif kind == "centred":
        x = x - tf.reduce_mean(x, axis=0)
    else:
        x = tf.nn.dropout(x, 0.5)
    return tf.keras.Model(image, layers.Dense(3, activation="softmax")(100 * x))


@pytest.mark.parametrize("kind", ["normalised", "dropped", "centred", "by an operation"])
def test_a_network_that_answers_by_chance_or_by_the_batch_is_refused(tmp_path, kind):
    with pytest.raises(UserError, match="gives an image another answer alone than beside others"):
        taken(depending(kind), tmp_path)


def test_a_scaling_that_is_given_pixels_from_0_to_1_is_said(tmp_path, caplog):
    image = tf.keras.Input(SHAPE)
    scaled = layers.Flatten()(layers.Rescaling(1 / 255)(image))
    model = tf.keras.Model(image, layers.Dense(3)(scaled))
    taken(model, tmp_path, pixels="none")
    assert "scaling" not in caplog.text
    taken(model, tmp_path)
    assert "has a scaling of its own, and is given pixels from 0 to 1" in caplog.text
