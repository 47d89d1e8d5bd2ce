"""Multiply-accumulates: by hand, and those that the authors of networks published."""

import pytest
import tensorflow as tf

from intercept.check.macs import count_macs, uncounted
from intercept.networks.graph import calls

layers = tf.keras.layers


def of_layer(layer, *shape):
    """The calls of a network of one layer."""
    image = tf.keras.Input(shape)
    return calls(tf.keras.Model(image, layer(image)))


@pytest.mark.parametrize(
    ("layer", "shape", "macs"),
    [
        (layers.Dense(5), (7,), 7 * 5),
        (layers.Dense(5), (3, 4, 7), 3 * 4 * 7 * 5),
        (layers.Conv2D(5, 3), (8, 8, 2), 6 * 6 * 5 * 9 * 2),
        (layers.Conv2D(5, (3, 2), strides=2, padding="same"), (8, 8, 2), 4 * 4 * 5 * 6 * 2),
        (layers.Conv2D(6, 3, groups=2), (8, 8, 4), 6 * 6 * 6 * 9 * 2),
        (layers.Conv2D(5, 3, dilation_rate=2), (8, 8, 2), 4 * 4 * 5 * 9 * 2),
        (layers.Conv1D(5, 3), (8, 2), 6 * 5 * 3 * 2),
        (layers.Conv3D(5, 2), (4, 4, 4, 2), 27 * 5 * 8 * 2),
        (layers.DepthwiseConv2D(3), (8, 8, 4), 6 * 6 * 4 * 9),
        (layers.DepthwiseConv2D(3, depth_multiplier=2), (8, 8, 4), 6 * 6 * 8 * 9),
        (layers.SeparableConv2D(5, 3), (8, 8, 4), 6 * 6 * (4 * 9 + 4 * 5)),
        (layers.Conv2DTranspose(5, 3, strides=2), (4, 4, 2), 4 * 4 * 2 * 5 * 9),
        (layers.BatchNormalization(), (8, 8, 4), 0),
        (layers.MaxPooling2D(), (8, 8, 4), 0),
    ],
)
def test_a_layer_has_as_many_as_by_hand(layer, shape, macs):
    some = of_layer(layer, *shape)
    assert count_macs(some) == macs
    assert uncounted(some) == []


def test_a_network_inside_another_counts_once_for_each_call():
    inner = tf.keras.Sequential([tf.keras.Input((4, 4, 2)), layers.Conv2D(3, 3)], name="inner")
    image = tf.keras.Input((4, 4, 2))
    joined = layers.Add()([inner(image), inner(image)])
    assert count_macs(calls(tf.keras.Model(image, joined))) == 2 * (2 * 2 * 3 * 9 * 2)


def test_what_multiplies_and_is_not_counted_is_named():
    words = tf.keras.Input((6, 4))
    looked = layers.MultiHeadAttention(2, 2)(words, words)
    network = tf.keras.Model(words, layers.LSTM(3)(tf.matmul(looked, looked, transpose_b=True)))
    assert uncounted(calls(network)) == ["LSTM", "MultiHeadAttention", "tf.matmul"]
    assert count_macs(calls(network)) == 0


@pytest.mark.parametrize(
    ("build", "published"),
    [
        # Sandler et al. 2018 (arXiv 1801.04381), table 4; Howard et al. 2017 (1704.04861), table 8.
        (tf.keras.applications.MobileNetV2, 300e6),
        (tf.keras.applications.MobileNet, 569e6),
    ],
)
def test_known_networks_have_about_the_published_number(build, published):
    network = build(input_shape=(224, 224, 3), weights=None)
    assert count_macs(calls(network)) == pytest.approx(published, rel=0.03)
