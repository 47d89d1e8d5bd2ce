"""Activations: their files, what is said of damaged ones, and the device part by itself."""

import numpy as np
import pytest
import tensorflow as tf
from damage import UNREADABLE_HDF5, unreadable

from intercept.devices import activations as stored
from intercept.networks.built_in import CUT_LAYER, build_network
from intercept.networks.cutting import split
from intercept.networks.model_file import load_network
from intercept.runtime.errors import UserError

ROLES = ("attacker", "augmented", "evaluation")


@pytest.fixture
def activations():
    random = np.random.default_rng(1)
    return {
        role: random.normal(size=(count, 1, 1, 8)).astype(np.float32)
        for role, count in zip(ROLES, (30, 60, 20), strict=True)
    }


@pytest.fixture
def written(activations, tmp_path):
    path = tmp_path / "activations.h5"
    stored.write_activations(path, activations)
    return path


@pytest.fixture(scope="module", params=["batch", "example"])
def network(request):
    tf.keras.utils.set_random_seed(2)
    return build_network((28, 28, 1), 5, request.param, dropout=0.2)


def refusal(call, *args):
    with pytest.raises(UserError) as refused:
        call(*args)
    assert "\n" not in str(refused.value)
    assert str(refused.value).endswith("delete it and run the same command again")
    return str(refused.value)


def flip_data(path):
    data = bytearray(path.read_bytes())
    position = -1
    while (position := data.find(b"x\x5e", position + 1)) >= 0:  # a block of compressed data
        data[position + 40] ^= 0xFF
    path.write_bytes(data)


@pytest.mark.parametrize("role", ROLES)
def test_activations_are_read_as_they_were_written(activations, written, role):
    read = stored.read_activations(written, role)
    np.testing.assert_array_equal(read, activations[role])
    assert read.dtype == np.float32
    assert [path.name for path in written.parent.iterdir()] == ["activations.h5"]


@pytest.mark.parametrize(
    "damage", [*UNREADABLE_HDF5.values(), flip_data], ids=[*UNREADABLE_HDF5, "flipped"]
)
@pytest.mark.parametrize("role", ROLES)
def test_damaged_activations_are_refused(written, damage, role):
    damage(written)
    message = refusal(stored.read_activations, written, role)
    assert message.startswith(f"{written} is damaged or holds no {role} activations")


def test_observation_is_inference_whatever_the_batch(network, make_images):
    images = make_images(259).images  # more than one batch of prediction
    mobile = split(network, CUT_LAYER).mobile
    observed = stored.observe(mobile, images)
    assert observed.shape == (len(images), 1, 1, 32)
    assert observed.dtype == np.float32
    some = [0, 1, 255, 256, 258]
    np.testing.assert_allclose(
        observed[some], mobile(images[some], training=False), rtol=1e-4, atol=1e-6
    )


def test_equal_images_send_the_same_to_the_last_bit(network, make_images):
    """Also the one image that is left for the last batch."""
    images = make_images(257).images[:]
    images[256] = images[0]
    observed = stored.observe(split(network, CUT_LAYER).mobile, images)
    np.testing.assert_array_equal(observed[256], observed[0])


def test_a_saved_device_part_is_plain_keras(network, tmp_path, make_images):
    """The adversary of the threat model needs nothing of this library to use it."""
    images = make_images(2).images[:]
    split(network, CUT_LAYER).mobile.save(tmp_path / "intercepted.h5")
    loaded = tf.keras.models.load_model(tmp_path / "intercepted.h5", compile=False)
    whole = tf.keras.Model(network.input, network.get_layer(CUT_LAYER).output)
    np.testing.assert_allclose(loaded(images), whole(images, training=False), rtol=1e-6)
    assert {type(layer).__module__.partition(".")[0] for layer in loaded.layers} == {"keras"}
    assert all(name.startswith("mobile_") for name in (layer.name for layer in loaded.layers[1:]))


def test_a_network_is_loaded_as_it_was_saved(network, tmp_path):
    network.save(tmp_path / "target.h5")
    loaded = load_network(tmp_path / "target.h5")
    for one, other in zip(loaded.get_weights(), network.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)
    assert [layer.name for layer in loaded.layers] == [layer.name for layer in network.layers]


@unreadable
def test_a_damaged_network_is_refused(tmp_path, damage):
    path = tmp_path / "target.h5"
    inputs = tf.keras.Input((2,))
    tf.keras.Model(inputs, tf.keras.layers.Dense(2)(inputs)).save(path)
    load_network(path)
    damage(path)
    assert refusal(load_network, path).startswith(f"{path} is not a whole Keras model")


def test_activations_alone_are_no_network(written):
    assert refusal(load_network, written).startswith(f"{written} is not a whole Keras")


def test_what_is_not_finite_is_refused_with_its_image():
    image = tf.keras.Input((4, 4, 1))
    flat = tf.keras.layers.Flatten()(image)
    network = tf.keras.Model(image, flat / tf.reduce_mean(flat, axis=1, keepdims=True))
    images = np.random.default_rng(0).random((300, 4, 4, 1), np.float32)
    assert np.isfinite(stored.observe(network, images)).all()
    images[270] = 0
    with pytest.raises(
        UserError, match=r"an image \(270 of 300, counted from 0\) is not finite: nan"
    ):
        stored.observe(network, images)


def test_what_has_no_square_in_float32_is_refused_with_the_largest_and_what_to_do():
    image = tf.keras.Input((2,))
    network = tf.keras.Model(image, image * tf.constant([1e18, -1e30]))
    assert np.abs(stored.observe(network, np.float32([[1, 0]]))).max() == np.float32(1e18)
    with pytest.raises(UserError) as refused:
        stored.observe(network, np.float32([[1, 0], [0, 1]]))
    assert str(refused.value) == (
        "what a network puts out for an image (1 of 2, counted from 0) reaches 1e+30; allowed are "
        "numbers up to 1e+18, whose squares float32 holds: cut elsewhere, or scale down what this "
        "layer puts out"
    )
