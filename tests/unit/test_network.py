"""The split network: its layers, its two halves, and what normalisation mixes."""

import numpy as np
import pytest
import tensorflow as tf

from intercept.networks.built_in import CUT_LAYER, build_network
from intercept.networks.cutting import split
from intercept.runtime.errors import UserError

SHAPE, CLASSES = (105, 105, 1), 50
CUTS = [CUT_LAYER, "mobile_conv_1", "mobile_norm_2", "server_dense"]


def with_random_weights(network, seed=7):
    """As if it had been trained: no weight at its initial 0 or 1, and variances above 0."""
    random = np.random.default_rng(seed)
    network.set_weights([w + random.uniform(0.05, 0.15, w.shape) for w in network.get_weights()])
    return network


@pytest.fixture(scope="module", params=["batch", "example"])
def network(request):
    tf.keras.utils.set_random_seed(1)
    return with_random_weights(build_network(SHAPE, CLASSES, request.param, dropout=0.2))


@pytest.fixture(scope="module")
def images(make_images):
    return make_images(3, shape=SHAPE).images[:]


@pytest.mark.parametrize("normalisation", ["batch", "example"])
@pytest.mark.parametrize("dropout", [0, 0.2])
def test_layers_up_to_the_cut_are_the_devices_and_the_others_the_servers(normalisation, dropout):
    names = [layer.name for layer in build_network(SHAPE, 5, normalisation, dropout).layers]
    cut = names.index(CUT_LAYER)
    assert names[0] == "image"
    assert all(name.startswith("mobile_") for name in names[1 : cut + 1])
    assert names[cut + 1 :]
    assert all(name.startswith("server_") for name in names[cut + 1 :])
    assert any("dropout" in name for name in names) == bool(dropout)


@pytest.mark.parametrize("normalisation", ["batch", "example"])
def test_shapes_are_those_of_the_post(normalisation):
    network = build_network(SHAPE, CLASSES, normalisation, dropout=0.2)
    assert [
        network.get_layer(name).output_shape[1:]
        for number in (1, 2, 3, 4)
        for name in (f"mobile_conv_{number}", f"mobile_pool_{number}" if number < 4 else CUT_LAYER)
    ] == [
        *((99, 99, 32), (33, 33, 32)),
        *((27, 27, 32), (13, 13, 32)),
        *((9, 9, 32), (4, 4, 32)),
        *((2, 2, 32), (1, 1, 32)),
    ]
    assert network.output_shape == (None, CLASSES)
    weighted = [layer for layer in network.layers if "conv" in layer.name or "dense" in layer.name]
    kernels = [7 * 7 * 1, 7 * 7 * 32, 5 * 5 * 32, 3 * 3 * 32]
    assert [layer.count_params() for layer in weighted] == [
        *((kernel + 1) * 32 for kernel in kernels),
        (32 + 1) * 256,
    ]
    assert network.get_layer("server_output").count_params() == (256 + 1) * CLASSES


@pytest.mark.parametrize("cut_layer", CUTS)
def test_the_halves_make_the_whole(network, images, cut_layer):
    parts = split(network, cut_layer)
    answer = parts.server(parts.mobile(images, training=False), training=False)
    np.testing.assert_allclose(answer, network(images, training=False), rtol=1e-5)
    np.testing.assert_allclose(np.sum(answer, axis=1), 1, rtol=1e-5)


@pytest.mark.parametrize("cut_layer", CUTS)
def test_the_device_sends_the_whole_networks_activation(network, images, cut_layer):
    x = tf.constant(images)
    for layer in network.layers[1:]:
        x = layer(x, training=False)
        if layer.name == cut_layer:
            break
    sent = split(network, cut_layer).mobile(images, training=False)
    assert np.ptp(sent) > 0
    np.testing.assert_allclose(sent, x, rtol=1e-5)


def test_both_halves_share_the_whole_networks_weights(images):
    network = build_network(SHAPE, CLASSES, "batch", dropout=0)
    parts = split(network, CUT_LAYER)
    before = parts.server(parts.mobile(images, training=False), training=False)
    with_random_weights(network)
    after = parts.server(parts.mobile(images, training=False), training=False)
    assert not np.allclose(before, after)
    np.testing.assert_allclose(after, network(images, training=False), rtol=1e-5)


@pytest.mark.parametrize("cut_layer", ["mobile_outptu", "image", "server_output", ""])
def test_a_cut_that_is_not_possible_is_refused_with_those_that_are(network, cut_layer):
    with pytest.raises(UserError) as refused:
        split(network, cut_layer)
    message = str(refused.value)
    assert repr(cut_layer) in message
    listed = message.partition("allowed are ")[2].split(", ")
    assert listed == [layer.name for layer in network.layers[1:-1]]
    assert CUT_LAYER in listed
    assert "\n" not in message


def test_a_path_around_a_layer_forbids_to_cut_there():
    layers = tf.keras.layers
    image = tf.keras.Input((8, 8, 1))
    before = layers.Conv2D(4, 3, padding="same", name="before")(image)
    inside = layers.Conv2D(4, 3, padding="same", name="inside")(before)
    after = layers.Add(name="after")([before, inside])
    rows = layers.Reshape((8, 32), name="rows")(after)
    network = tf.keras.Model(image, layers.Dense(2)(layers.Flatten(name="flat")(rows)))
    for cut_layer, why in (
        ("inside", "what lies behind it needs the image or something earlier besides"),
        (
            "rows",
            "it puts out [8, 32] for an image, which is neither a vector [numbers] nor a map "
            "[rows, columns, channels]",
        ),
    ):
        with pytest.raises(UserError) as refused:
            split(network, cut_layer)
        assert str(refused.value) == (
            f"cut_layers: the target cannot be cut behind {cut_layer!r}: {why}; "
            "allowed are before, after, flat"
        )
    images = np.random.default_rng(0).random((3, 8, 8, 1), np.float32)
    for cut_layer in ("before", "after", "flat"):
        parts = split(network, cut_layer)
        np.testing.assert_allclose(
            parts.server(parts.mobile(images, training=False), training=False),
            network(images),
            rtol=1e-5,
        )


class Pair(tf.keras.layers.Layer):
    """Puts out its input, and which of its numbers are positive."""

    def call(self, inputs):
        return inputs, tf.cast(inputs > 0, tf.int32)


def test_what_cannot_cross_the_wire_is_refused_with_the_reason():
    layers = tf.keras.layers
    image = tf.keras.Input((4, 4, 1))
    flat = layers.Flatten(name="flat")(image)
    kept, _ = Pair(name="pair")(flat)
    whole = layers.Lambda(lambda x: tf.cast(x > 0, tf.int32), name="whole")(kept)
    as_float = layers.Lambda(lambda x: tf.cast(x, tf.float32), name="back")(whole)
    network = tf.keras.Model(image, layers.Dense(2, name="end")(as_float))
    for cut_layer, why in (
        ("pair", "cannot be cut behind 'pair': it puts out 2 tensors, and not one"),
        ("whole", "cannot be cut behind 'whole': its numbers are int32, and not floats"),
        ("nowhere", "has no layer 'nowhere'"),
        ("end", "cannot be cut at 'end', its last layer, behind which nothing is left"),
    ):
        with pytest.raises(UserError) as refused:
            split(network, cut_layer)
        assert str(refused.value).startswith(f"cut_layers: the target {why}")


def described(network):
    """Name, kernel or pooling size, strides and output shape of each layer."""
    for layer in network.layers:
        size = getattr(layer, "kernel_size", getattr(layer, "pool_size", None))
        yield layer.name, size, getattr(layer, "strides", None), layer.output.shape.as_list()


def test_at_the_posts_size_it_is_the_posts_network_layer_by_layer():
    one, three, none = (1, 1), (3, 3), (None, None)
    assert list(described(build_network(SHAPE, CLASSES, "batch", dropout=0.2))) == [
        ("image", *none, [None, 105, 105, 1]),
        ("mobile_conv_1", (7, 7), one, [None, 99, 99, 32]),
        ("mobile_norm_1", *none, [None, 99, 99, 32]),
        ("mobile_pool_1", three, three, [None, 33, 33, 32]),
        ("mobile_dropout_1", *none, [None, 33, 33, 32]),
        ("mobile_conv_2", (7, 7), one, [None, 27, 27, 32]),
        ("mobile_norm_2", *none, [None, 27, 27, 32]),
        ("mobile_pool_2", three, (2, 2), [None, 13, 13, 32]),
        ("mobile_dropout_2", *none, [None, 13, 13, 32]),
        ("mobile_conv_3", (5, 5), one, [None, 9, 9, 32]),
        ("mobile_norm_3", *none, [None, 9, 9, 32]),
        ("mobile_pool_3", (2, 2), (2, 2), [None, 4, 4, 32]),
        ("mobile_dropout_3", *none, [None, 4, 4, 32]),
        ("mobile_conv_4", three, one, [None, 2, 2, 32]),
        ("mobile_norm_4", *none, [None, 2, 2, 32]),
        ("mobile_output", (2, 2), (2, 2), [None, 1, 1, 32]),
        ("server_dropout_1", *none, [None, 1, 1, 32]),
        ("server_dense", *none, [None, 1, 1, 256]),
        ("server_flatten", *none, [None, 256]),
        ("server_dropout_2", *none, [None, 256]),
        ("server_output", *none, [None, CLASSES]),
    ]


@pytest.mark.parametrize("shape", [(7, 7, 1), (105, 7, 3), (1, 28, 1)])
@pytest.mark.parametrize("normalisation", ["batch", "example"])
def test_too_small_images_are_refused(shape, normalisation):
    with pytest.raises(UserError, match=f"at least 8×8.*received {shape[0]}×{shape[1]}"):
        build_network(shape, CLASSES, normalisation, dropout=0)


@pytest.mark.parametrize(
    ("shape", "blocks"),
    [
        *(((8, 8, 1), 2), ((17, 17, 1), 2), ((18, 18, 3), 3), ((23, 23, 1), 3), ((24, 24, 1), 3)),
        *(((28, 28, 1), 3), ((32, 32, 3), 3), ((43, 43, 1), 3), ((44, 44, 1), 4)),
        *(((98, 98, 1), 4), ((99, 99, 1), 4), ((105, 105, 3), 4), ((224, 224, 3), 4)),
        *(((8, 105, 1), 4), ((30, 20, 3), 3), ((48, 28, 1), 4), ((105, 60, 1), 4)),
    ],
)
@pytest.mark.slow
def test_it_fits_itself_to_the_images_and_sends_32_numbers(shape, blocks):
    network = build_network(shape, CLASSES, "example", dropout=0.2)
    names = [layer.name for layer in network.layers]
    pools = [f"mobile_pool_{number}" for number in range(1, blocks)]
    assert [name for name in names if "pool" in name] == pools
    assert [name for name in names if "conv" in name] == [
        f"mobile_conv_{number}" for number in range(1, blocks + 1)
    ]
    assert split(network, CUT_LAYER).mobile.output_shape == (None, 1, 1, 32)
    assert network.output_shape == (None, CLASSES)


def test_a_side_with_fewer_blocks_joins_in_the_last_ones():
    network = build_network((28, 105, 1), CLASSES, "example", dropout=0)
    sizes = [
        (name, size, strides)
        for name, size, strides, _ in described(network)
        if name.startswith(("mobile_conv", "mobile_pool", "mobile_output"))
    ]
    assert sizes == [
        ("mobile_conv_1", (1, 7), (1, 1)),
        ("mobile_pool_1", (1, 3), (1, 3)),
        ("mobile_conv_2", (5, 7), (1, 1)),
        ("mobile_pool_2", (2, 3), (2, 2)),
        ("mobile_conv_3", (5, 5), (1, 1)),
        ("mobile_pool_3", (2, 2), (2, 2)),
        ("mobile_conv_4", (3, 3), (1, 1)),
        ("mobile_output", (2, 2), (2, 2)),
    ]


def test_channels_of_a_layer_that_small_images_do_not_have_are_refused():
    channels = {"mobile_pool_3": 4}
    network = build_network((44, 44, 1), CLASSES, "example", 0, channels)
    assert network.get_layer("mobile_pool_3").output_shape[-1] == 4
    with pytest.raises(UserError) as refused:
        build_network((28, 28, 1), CLASSES, "example", 0, channels)
    assert str(refused.value) == (
        "targets: the network for images of 28×28 pixels has no layer 'mobile_pool_3' to set the "
        "channels of; allowed are mobile_pool_1, mobile_pool_2, mobile_output"
    )


@pytest.mark.parametrize("training", [False, True])
@pytest.mark.parametrize("cut_layer", [CUT_LAYER, "server_output"])
def test_normalised_by_example_no_example_depends_on_the_others(images, training, cut_layer):
    network = with_random_weights(build_network(SHAPE, CLASSES, "example", dropout=0))
    upto = tf.keras.Model(network.input, network.get_layer(cut_layer).output)
    alone = upto(images[:1], training=training)
    for others in (images[1:], 100 * images[1:], np.zeros_like(images)):
        beside = upto(np.concatenate([images[:1], others]), training=training)[:1]
        np.testing.assert_allclose(beside, alone, rtol=1e-4, atol=1e-6)


def test_normalised_by_batch_they_do_in_training(images):
    network = with_random_weights(build_network(SHAPE, CLASSES, "batch", dropout=0))
    alone, beside = network(images[:1], training=True), network(images, training=True)[:1]
    assert not np.allclose(alone, beside, rtol=1e-2)


def test_normalised_by_example_there_is_no_batch_norm_and_no_weight_in_the_norms(images):
    network = build_network(SHAPE, CLASSES, "example", dropout=0.2)
    assert not any(
        isinstance(layer, tf.keras.layers.BatchNormalization) for layer in network.layers
    )
    norms = [layer for layer in network.layers if "norm" in layer.name]
    assert [layer.name for layer in norms] == [
        *(f"mobile_norm_{number}" for number in (1, 2, 3)),
        "server_norm",
    ]
    assert all(layer.weights == [] for layer in norms)
    for layer in norms:
        values = tf.keras.Model(network.input, layer.output)(images).numpy()
        assert np.mean(values, axis=(1, 2, 3)) == pytest.approx(np.zeros(3), abs=1e-4)


def test_normalised_by_batch_each_of_four_norms_has_its_statistics():
    network = build_network(SHAPE, CLASSES, "batch", dropout=0.2)
    norms = [
        layer for layer in network.layers if isinstance(layer, tf.keras.layers.BatchNormalization)
    ]
    assert [layer.name for layer in norms] == [f"mobile_norm_{number}" for number in (1, 2, 3, 4)]
    assert all(len(layer.weights) == 4 and layer.axis == [3] for layer in norms)


def test_a_layer_that_is_called_twice_is_cut_behind_either_call():
    layers = tf.keras.layers
    relu = layers.ReLU(name="relu")
    image = tf.keras.Input((8, 8, 1))
    first = layers.Conv2D(4, 3, name="first")
    second = layers.Conv2D(4, 3, name="second")
    x = relu(second(relu(first(image))))
    network = tf.keras.Model(image, layers.Dense(2)(layers.Flatten(name="flat")(x)))
    images = np.random.default_rng(0).random((3, 8, 8, 1), np.float32)
    expected = {"relu@1": tf.nn.relu(first(images))}
    expected["relu@2"] = tf.nn.relu(second(expected["relu@1"]))
    for cut_layer, activation in expected.items():
        parts = split(network, cut_layer)
        sent = parts.mobile(images, training=False)
        np.testing.assert_allclose(sent, activation, rtol=1e-5)
        np.testing.assert_allclose(parts.server(sent, training=False), network(images), rtol=1e-5)
    with pytest.raises(UserError) as refused:
        split(network, "relu")
    assert str(refused.value) == (
        "cut_layers: the target has several layers 'relu': relu@1, relu@2; "
        "allowed are first, relu@1, second, relu@2, flat"
    )


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float64"])
def test_what_is_sent_is_float32_whatever_the_layers_compute_in(dtype):
    layers = tf.keras.layers
    image = tf.keras.Input((8, 8, 1))
    x = layers.Conv2D(4, 3, dtype=dtype, name="convolved")(image)
    x = layers.Flatten(dtype=dtype, name="sent")(x)
    network = tf.keras.Model(image, layers.Dense(2, dtype=dtype)(x))
    images = np.random.default_rng(0).random((3, 8, 8, 1), np.float32)
    parts = split(network, "convolved")
    sent = parts.mobile(images, training=False)
    assert sent.dtype == tf.float32
    exact = network.get_layer("convolved")(images)
    np.testing.assert_array_equal(sent, tf.cast(exact, tf.float32))
    answer, whole = (
        tf.cast(x, tf.float32) for x in (parts.server(sent, training=False), network(images))
    )
    np.testing.assert_allclose(answer, whole, rtol=1e-6)
