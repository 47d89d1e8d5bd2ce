"""Networks inside networks: on one level they do the same, and can be cut anywhere."""

import numpy as np
import pytest
import tensorflow as tf
from keras_files import SHAPE, layers

from intercept.networks.cutting import split
from intercept.networks.flattening import name_by_paths, on_one_level
from intercept.runtime.errors import UserError

RANDOM = np.random.default_rng(3)
IMAGES = RANDOM.random((4, *SHAPE)).astype(np.float32)


def on_level(network):
    """The network on one level, and its names."""
    names = name_by_paths(network)
    image = tf.keras.Input(network.input_shape[1:])
    return tf.keras.Model(image, on_one_level(network, image)), names


def backbone(name="backbone", channels=1):
    """Two convolutions with a path around the second, and BatchNorm that has seen images."""
    image = tf.keras.Input((8, 8, channels))
    first = layers.Conv2D(4, 3, padding="same", activation="relu", name="first")(image)
    x = layers.Conv2D(4, 3, padding="same", name="inner")(first)
    x = layers.Add(name="joined")([first, x])
    model = tf.keras.Model(image, layers.BatchNormalization(name="norm")(x), name=name)
    model.get_layer("norm").set_weights([RANDOM.uniform(0.5, 1.5, 4) for _ in range(4)])
    return model


def headed(x):
    """Probabilities of three classes, from a map."""
    x = layers.GlobalAveragePooling2D(name="pooled")(x)
    return layers.Dense(3, activation="softmax", name="classes")(x)


def functional():
    image, inner = tf.keras.Input(SHAPE), backbone()
    network = tf.keras.Model(image, headed(inner(image, training=False)))
    return network, {
        "backbone.first": tf.keras.Model(inner.input, inner.get_layer("first").output),
        "backbone.joined": tf.keras.Model(inner.input, inner.get_layer("joined").output),
        "backbone.norm": inner,
        "backbone": inner,
        "pooled": lambda x: tf.reduce_mean(inner(x), axis=(1, 2)),
    }


def sequential():
    inner = backbone()
    network = tf.keras.Sequential(
        [
            tf.keras.Input(SHAPE),
            inner,
            layers.Flatten(name="flat"),
            layers.Dense(3, activation="softmax", name="classes"),
        ]
    )
    return network, {
        "backbone.first": tf.keras.Model(inner.input, inner.get_layer("first").output),
        "backbone": inner,
        "flat": lambda x: tf.reshape(inner(x), (len(x), -1)),
    }


def of_two_levels():
    """A network in a network in a network, the middle one sequential."""
    inner = backbone("inner")
    middle = tf.keras.Sequential(
        [tf.keras.Input(SHAPE), inner, layers.ReLU(name="positive")], name="middle"
    )
    image = tf.keras.Input(SHAPE)
    return tf.keras.Model(image, headed(middle(image))), {
        "middle.inner.first": tf.keras.Model(inner.input, inner.get_layer("first").output),
        "middle.inner": inner,
        "middle.positive": middle,
        "middle": middle,
    }


def shared():
    """One network called twice in a row."""
    image, inner = tf.keras.Input((8, 8, 4)), backbone(channels=4)
    network = tf.keras.Model(image, headed(inner(inner(image))))
    first = tf.keras.Model(inner.input, inner.get_layer("first").output)
    return network, {
        "backbone.first@1": first,
        "backbone@1": inner,
        "backbone.first@2": lambda x: first(inner(x)),
        "backbone@2": lambda x: inner(inner(x)),
    }


def two_alike():
    """Two networks whose layers have the same names, and a layer whose name has a slash."""
    image, one, two = tf.keras.Input(SHAPE), backbone("one"), backbone("two", channels=4)
    x = layers.ReLU(name="between/positive")(one(image))
    return tf.keras.Model(image, headed(two(x))), {
        "one.first": tf.keras.Model(one.input, one.get_layer("first").output),
        "between.positive": lambda x: tf.nn.relu(one(x)),
        "two.joined": lambda x: tf.keras.Model(two.input, two.get_layer("joined").output)(
            tf.nn.relu(one(x))
        ),
    }


def with_operations():
    """A network of slices and arithmetic inside another, and one of two inputs."""
    image = tf.keras.Input(SHAPE)
    flipped = tf.keras.Model(image, 1 - image[:, ::-1] * 0.5, name="flipped")
    left, right = tf.keras.Input((8, 8, 1)), tf.keras.Input((8, 8, 1))
    both = tf.keras.Model([left, right], tf.concat([left, right], axis=-1), name="both")
    image = tf.keras.Input(SHAPE)
    pair = both([flipped(image), image])
    return tf.keras.Model(image, headed(layers.Conv2D(4, 3, name="convolved")(pair))), {
        "both": lambda x: tf.concat([1 - x[:, ::-1] * 0.5, x], axis=-1),
    }


KINDS = [functional, sequential, of_two_levels, shared, two_alike, with_operations]


@pytest.mark.parametrize("kind", KINDS)
def test_a_network_is_the_same_on_one_level_and_can_be_cut_anywhere(kind, tmp_path):
    network, activations = kind()
    images = RANDOM.random((4, *network.input_shape[1:])).astype(np.float32)
    whole = network(images).numpy()
    expected = {name: np.asarray(at(tf.constant(images))) for name, at in activations.items()}
    flat, _ = on_level(network)
    flat.save(tmp_path / "flat.h5")
    flat = tf.keras.models.load_model(tmp_path / "flat.h5", compile=False)
    np.testing.assert_allclose(flat(images), whole, rtol=1e-5)
    for cut_layer, activation in expected.items():
        parts = split(flat, cut_layer)
        sent = parts.mobile(images, training=False)
        np.testing.assert_allclose(sent, activation, rtol=1e-5, err_msg=cut_layer)
        np.testing.assert_allclose(
            parts.server(sent, training=False), whole, rtol=1e-5, err_msg=cut_layer
        )


def test_the_end_of_a_path_stands_for_it_if_it_is_no_other_layers():
    flat, _ = on_level(functional()[0])
    images = tf.constant(IMAGES)
    by_path = split(flat, "backbone.first").mobile(images, training=False)
    np.testing.assert_array_equal(split(flat, "first").mobile(images, training=False), by_path)

    flat, _ = on_level(two_alike()[0])
    with pytest.raises(UserError) as refused:
        split(flat, "norm")
    assert "has several layers 'norm': one.norm, two.norm; allowed are one.first, " in str(
        refused.value
    )
    flat, _ = on_level(shared()[0])
    with pytest.raises(UserError, match=r"has several layers 'first': backbone\.first@1, backbone"):
        split(flat, "first")


def test_a_path_around_a_layer_of_an_inner_network_forbids_to_cut_there():
    flat, _ = on_level(functional()[0])
    with pytest.raises(UserError) as refused:
        split(flat, "backbone.inner")
    assert str(refused.value) == (
        "cut_layers: the target cannot be cut behind 'backbone.inner': what lies behind it needs "
        "the image or something earlier besides; allowed are backbone.first, backbone.joined, "
        "backbone.norm, backbone, pooled"
    )


def test_an_inner_network_stays_out_of_training_where_it_was_called_so():
    """As in transfer learning: the BatchNorm of the backbone keeps its statistics."""
    network, _ = functional()
    flat, _ = on_level(network)
    np.testing.assert_allclose(
        flat(IMAGES, training=True), network(IMAGES, training=True), rtol=1e-5
    )
    np.testing.assert_allclose(flat(IMAGES, training=True), flat(IMAGES), rtol=1e-5)
    flat, _ = on_level(of_two_levels()[0])
    assert not np.allclose(flat(IMAGES, training=True), flat(IMAGES), rtol=1e-3)


def test_paths_that_come_to_one_name_are_refused():
    image = tf.keras.Input(SHAPE)
    x = layers.ReLU(name="backbone.first")(backbone()(image))
    with pytest.raises(UserError, match=r"two layers whose paths come to 'backbone\.first'"):
        name_by_paths(tf.keras.Model(image, headed(x)))


def test_weights_are_shared_and_not_copied():
    network, _ = functional()
    flat, names = on_level(network)
    assert {id(weight) for weight in flat.weights} == {id(weight) for weight in network.weights}
    assert {"backbone", "backbone.first", "pooled", "classes"} <= names
