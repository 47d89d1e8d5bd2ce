"""A network of a file as a target: it has to fit the images and to end in probabilities."""

import numpy as np
import pytest
import tensorflow as tf
from keras_files import SHAPE, layers, network, refusal, saved

from intercept.activations import observe
from intercept.model_file import load_network
from intercept.network import split
from intercept.runtime.errors import UserError
from intercept.training.recipes.model_file.settings import Settings
from intercept.training.recipes.model_file.trainer import Trainer


def trained(path, shape=SHAPE, classes=3):
    return Trainer(Settings(model=str(path)), shape, classes, examples=10, seed=1)


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
        ({"shape": (8, 8, 3)}, "takes inputs of shape (8, 8, 1), and the images of this data set"),
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
