"""Clipped sums of gradients, held against one example at a time in float64."""

from dataclasses import dataclass

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st

from intercept.network import build_network
from intercept.runtime.errors import UserError
from intercept.training.clipping import ClippedGradients

L = tf.keras.layers
CLASSES = 4


def sum_of_clipped(network, clip, images, labels):
    clipped = tf.function(ClippedGradients(network, clip))
    return clipped(tf.constant(images), tf.constant(labels, tf.int64))


def twin_of(network, dtype):
    config = network.get_config()
    for layer in config["layers"]:
        layer["config"]["dtype"] = dtype
    twin = type(network).from_config(config)
    twin.set_weights(network.get_weights())
    return twin


def oracle(network, clip, images, labels, dtype="float64"):
    """Each example by itself through plain TensorFlow: sums, losses, probabilities, norms."""
    twin = twin_of(network, dtype)
    sums = [np.zeros(variable.shape) for variable in twin.trainable_variables]
    losses, probabilities, norms = [], [], []
    for image, label in zip(images, labels, strict=True):
        with tf.GradientTape() as tape:
            output = twin(image[np.newaxis].astype(dtype))[0]
            loss = -tf.math.log(output[label])
        gradients = [g.numpy() for g in tape.gradient(loss, twin.trainable_variables)]
        assert gradients[0].dtype == dtype
        norm = np.sqrt(sum(np.sum(g**2) for g in gradients))
        for total, gradient in zip(sums, gradients, strict=True):
            total += gradient * min(1, clip / norm)
        losses.append(loss)
        probabilities.append(output)
        norms.append(norm)
    shape = (len(images), twin.output_shape[-1])
    return sums, np.array(losses), np.reshape(probabilities, shape), norms


def assert_agree(network, clip, images, labels, dtype="float64", tolerance=1e-4):
    sums, losses, probabilities = sum_of_clipped(network, clip, images, labels)
    expected_sums, expected_losses, expected_probabilities, norms = oracle(
        network, clip, images, labels, dtype
    )
    np.testing.assert_allclose(losses, expected_losses, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(probabilities, expected_probabilities, rtol=1e-4, atol=1e-6)
    whole = np.sqrt(sum(np.sum(total**2) for total in expected_sums))
    for variable, got, expected in zip(
        network.trainable_variables, sums, expected_sums, strict=True
    ):
        assert got.shape == variable.shape
        error = np.linalg.norm(got - expected)
        # The second term is for sums that are 0 but for rounding, as of a bias that is normalised.
        allowed = tolerance * np.linalg.norm(expected) + 1e-2 * tolerance * whole
        assert error <= allowed, (variable.name, error, allowed)
    return norms


@dataclass(frozen=True)
class Chain:
    """A small network, and the examples to put through it."""

    height: int
    width: int
    channels: int
    kernel: tuple[int, int]
    strides: tuple[int, int]
    dilation: int
    padding: str
    activation: str
    pool: type | None
    use_bias: bool
    normalised: bool
    dense_before_flatten: bool
    batch: int
    clip: float
    seed: int

    def network(self):
        tf.keras.utils.set_random_seed(self.seed)
        inputs = x = tf.keras.Input((self.height, self.width, self.channels))
        x = L.Conv2D(
            3,
            self.kernel,
            self.strides,
            self.padding,
            dilation_rate=self.dilation,
            activation=self.activation,
            use_bias=self.use_bias,
            bias_initializer="random_normal",
        )(x)
        if self.pool:
            x = self.pool(2, 2, padding="same")(x)
        if self.normalised:
            x = L.GroupNormalization(groups=1, scale=False, center=False)(x)
        x = L.Conv2D(2, 2, padding="same", activation="tanh")(x)
        if self.dense_before_flatten:
            x = L.Dense(5, activation="relu", bias_initializer="random_normal")(x)
        outputs = L.Dense(CLASSES, activation="softmax")(L.Flatten()(x))
        return tf.keras.Model(inputs, outputs)

    def examples(self):
        random = np.random.default_rng(self.seed)
        shape = (self.batch, self.height, self.width, self.channels)
        return random.normal(size=shape).astype(np.float32), random.integers(CLASSES, size=shape[0])


@st.composite
def chains(draw):
    strides = draw(st.tuples(st.integers(1, 2), st.integers(1, 3)))
    return Chain(
        height=draw(st.integers(6, 9)),
        width=draw(st.integers(6, 9)),
        channels=draw(st.integers(1, 2)),
        kernel=draw(st.tuples(st.integers(1, 3), st.integers(1, 3))),
        strides=strides,
        dilation=draw(st.integers(1, 2)) if strides == (1, 1) else 1,
        padding=draw(st.sampled_from(["valid", "same"])),
        activation=draw(st.sampled_from(["relu", "linear", "sigmoid"])),
        pool=draw(st.sampled_from([None, L.MaxPooling2D, L.AveragePooling2D])),
        use_bias=draw(st.booleans()),
        normalised=draw(st.booleans()),
        dense_before_flatten=draw(st.booleans()),
        batch=draw(st.integers(0, 5)),
        clip=10 ** draw(st.floats(-2, 2)),
        seed=draw(st.integers(0, 999)),
    )


AS_THE_TARGET = Chain(
    8, 9, 1, (3, 2), (2, 1), 1, "valid", "relu", L.MaxPooling2D, True, True, True, 4, 1.0, 1
)
DILATED = Chain(9, 7, 2, (2, 3), (1, 1), 2, "same", "linear", None, False, False, False, 1, 0.01, 2)


@given(chains())
@example(AS_THE_TARGET)
@example(DILATED)
@settings(
    max_examples=8,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],  # shrinking would build networks for minutes
)
def test_sums_are_those_of_one_example_at_a_time(chain):
    network, examples = chain.network(), chain.examples()
    assert_agree(network, chain.clip, *examples)
    assert_agree(network, chain.clip, *examples, dtype="float32", tolerance=1e-5)


def test_sums_are_right_for_the_target_network(make_images):
    tf.keras.utils.set_random_seed(3)
    network = build_network((105, 105, 1), 50, "example", dropout=0)
    examples = make_images(3, shape=(105, 105, 1), classes=50)
    norms = assert_agree(network, 40.0, examples.images, examples.labels)
    assert min(norms) < 40 < max(norms)  # some were clipped, others not


def test_no_example_contributes_more_than_the_clip():
    network = AS_THE_TARGET.network()
    images, labels = AS_THE_TARGET.examples()
    norms = oracle(network, 1.0, images, labels)[3]
    for clip in (0.01, np.median(norms), 100.0):
        clipped = tf.function(ClippedGradients(network, clip))
        for k, norm in enumerate(norms):
            sums, _, _ = clipped(tf.constant(images[k : k + 1]), tf.constant(labels[k : k + 1]))
            squares = [np.sum(np.square(total, dtype=np.float64)) for total in sums]
            contribution = np.sqrt(sum(squares))
            assert contribution <= clip * (1 + 1e-5)
            assert contribution == pytest.approx(min(clip, norm), rel=1e-4)


def test_an_empty_sample_adds_up_to_nothing():
    network = AS_THE_TARGET.network()
    images, labels = AS_THE_TARGET.examples()
    sums, losses, probabilities = sum_of_clipped(network, 1.0, images[:0], labels[:0])
    assert [total.shape for total in sums] == [v.shape for v in network.trainable_variables]
    assert not any(np.any(total) for total in sums)
    assert losses.shape == (0,)
    assert probabilities.shape == (0, CLASSES)


def test_an_example_whose_gradient_is_not_finite_adds_nothing():
    network = AS_THE_TARGET.network()
    images, labels = AS_THE_TARGET.examples()
    others, _, _ = sum_of_clipped(network, 1.0, images[1:], labels[1:])
    for value in (np.inf, np.nan):
        images[0, 3, 3] = value
        sums, _, _ = sum_of_clipped(network, 1.0, images, labels)
        for got, expected in zip(sums, others, strict=True):
            np.testing.assert_allclose(got, expected, rtol=1e-5, atol=1e-6)


def test_frozen_layers_have_no_part_in_the_norm():
    network = AS_THE_TARGET.network()
    network.layers[1].trainable = False
    sums, _, _ = sum_of_clipped(network, 1.0, *AS_THE_TARGET.examples())
    assert len(sums) == len(network.trainable_variables) == 6
    assert_agree(network, 1.0, *AS_THE_TARGET.examples())


def test_a_sequential_network_is_a_chain():
    layers = [L.Flatten(), L.Dense(CLASSES, activation="softmax")]
    network = tf.keras.Sequential([tf.keras.Input((8, 9, 1)), *layers])
    assert_agree(network, 1.0, *AS_THE_TARGET.examples())


def branching():
    inputs = tf.keras.Input((4, 4, 1))
    x = L.Conv2D(1, 3, padding="same", name="first")(inputs)
    x = L.Add(name="sum")([x, inputs])
    return tf.keras.Model(inputs, L.Dense(CLASSES, activation="softmax")(L.Flatten()(x)))


def sharing():
    shared = L.Conv2D(1, 3, padding="same", name="sum")
    inputs = tf.keras.Input((4, 4, 1))
    x = shared(shared(inputs))
    return tf.keras.Model(inputs, L.Dense(CLASSES, activation="softmax")(L.Flatten()(x)))


@pytest.mark.parametrize("build", [branching, sharing])
def test_networks_that_are_not_one_chain_are_refused(build):
    with pytest.raises(UserError, match="'sum' does not follow on the layer before it alone"):
        ClippedGradients(build(), 1.0)


def with_layer(layer):
    inputs = tf.keras.Input((8, 8, 2))
    outputs = L.Dense(CLASSES, activation="softmax")(L.Flatten()(layer(inputs)))
    return tf.keras.Model(inputs, outputs)


def test_batch_normalisation_is_refused_with_the_layer_and_the_fix():
    for network, name in (
        (with_layer(L.BatchNormalization(name="norm_x")), "norm_x"),
        (with_layer(L.BatchNormalization(name="y", scale=False, center=False)), "y"),
        (build_network((28, 28, 1), 50, "batch", 0), "mobile_norm_1"),
    ):
        with pytest.raises(UserError) as refused:
            sum_of_clipped(network, 1.0, np.zeros((1, 8, 8, 2)), [0])
        assert f"{name!r} is BatchNormalization" in str(refused.value)
        assert "use a normalisation over each example" in str(refused.value)
        assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    "layer",
    [
        L.LayerNormalization(name="x"),
        L.GroupNormalization(groups=1, name="x"),
        L.DepthwiseConv2D(3, name="x"),
        L.PReLU(name="x"),
        L.Conv2DTranspose(2, 3, padding="same", name="x"),
    ],
    ids=lambda layer: type(layer).__name__,
)
def test_layers_whose_gradient_by_example_is_not_known_are_refused(layer):
    with pytest.raises(UserError, match=f"'x' \\({type(layer).__name__}\\).*Conv2D and Dense$"):
        sum_of_clipped(with_layer(layer), 1.0, np.zeros((1, 8, 8, 2)), [0])


def test_an_example_whose_positions_cancel_is_clipped_all_the_same():
    """Large gradients at two positions that almost cancel: in float32 the norm would be lost."""
    inputs = tf.keras.Input((1, 2, 1))
    x = L.Dense(1, use_bias=False, kernel_initializer="ones")(inputs)
    x = L.Flatten()(x)
    opposite = tf.keras.initializers.Constant([[1e4, -1e4], [-1e4, 1e4]])
    outputs = L.Dense(2, activation="softmax", use_bias=False, kernel_initializer=opposite)(x)
    network = tf.keras.Model(inputs, outputs)
    network.layers[-1].trainable = False
    images = np.array([[[[1.0], [1.0001]]]], np.float32)
    exact, _, _, norms = oracle(network, 1.0, images, [0])
    assert 1 < norms[0] < 10
    sums, _, _ = sum_of_clipped(network, 1.0, images, [0])
    np.testing.assert_allclose(sums[0], exact[0], rtol=1e-3)
