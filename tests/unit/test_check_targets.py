"""Networks before they are trained: where they can be cut, and what would be refused."""

import math
import sys
from dataclasses import replace

import pytest
import tensorflow as tf
from configurations import DEMO, study

from intercept.check.images import Images
from intercept.check.targets import look_at_network, look_at_targets
from intercept.check.text import of_targets

layers = tf.keras.layers


@pytest.fixture
def images():
    """Of small images, so that networks are small; nothing is read."""
    part = {"labels": 3, "characters": 3}
    parts = ("train", "validation", "attacker", "evaluation")
    return Images(
        counts={"train": 40, "validation": 10, "attacker": 20, "evaluation": 20},
        described=dict.fromkeys(parts, part),
        shape=(12, 12, 1),
        classes=3,
        remarks=[],
        shared="",
        refused=None,
    )


def configured(targets, *cut_layers, **changes):
    """A study of these targets, all of them cut at these layers."""
    wires = {"one": {"cut_layers": list(cut_layers)}}
    own = {"targets": targets, "wires": wires, "attackers": {"retrieval": {}}}
    return study({**DEMO, **own, **changes})


def nested(path, *between):
    """A network of which most lies in a network inside it."""
    inner = tf.keras.Sequential(
        [
            tf.keras.Input((12, 12, 1)),
            layers.Conv2D(4, 3, name="first"),
            layers.Conv2D(2, 3, name="second"),
        ],
        name="backbone",
    )
    network = tf.keras.Sequential(
        [
            tf.keras.Input((12, 12, 1)),
            *between,
            inner,
            layers.Flatten(name="flat"),
            layers.Dense(3, activation="softmax", name="classes"),
        ]
    )
    network.save(path)
    return str(path)


def test_the_layers_of_a_network_inside_are_listed_by_path_with_their_share(images, tmp_path):
    targets = look_at_targets(
        configured({"mine": {"model": nested(tmp_path / "n.keras")}}, "first", "flat"), images
    )
    assert targets.errors() == []
    target = targets.found["mine"]
    first, second, classes = 100 * 4 * 9, 64 * 2 * 9 * 4, 128 * 3
    whole = first + second + classes
    assert target.network.macs == whole
    found = {layer.name: (layer.shape, layer.device) for layer in target.network.layers}
    assert found == {
        "backbone.first": ((10, 10, 4), pytest.approx(first / whole)),
        "backbone.second": ((8, 8, 2), pytest.approx((first + second) / whole)),
        "backbone": ((8, 8, 2), pytest.approx((first + second) / whole)),
        "flat": ((128,), pytest.approx((first + second) / whole)),
    }
    assert {key: layer.name for key, layer in target.cut.items()} == {
        "first": "backbone.first",
        "flat": "flat",
    }
    assert targets.crossing() == {"mine": {"first": 10 * 10 * 4, "flat": 128}}
    assert target.seconds > 0


def test_a_layer_with_a_path_around_it_is_not_among_them():
    image = tf.keras.Input((4, 4, 1))
    around = layers.Conv2D(1, 1, name="around")(image)
    joined = layers.Add(name="joined")([image, around])
    network = tf.keras.Model(image, layers.Dense(2)(layers.Flatten(name="flat")(joined)))
    assert [layer.name for layer in look_at_network(network).layers] == ["joined", "flat"]


def test_without_anything_counted_the_share_is_unknown():
    image = tf.keras.Input((4, 4, 1))
    network = tf.keras.Model(image, layers.ReLU()(layers.Flatten(name="flat")(image)))
    assert math.isnan(look_at_network(network).layers[0].device)


def test_a_cut_layer_that_is_not_there_is_said_with_those_that_are_once_for_all_targets(images):
    two = {"a": {"recipe": "non-private"}, "b": {"recipe": "dp-adam", "noise_multiplier": 1.0}}
    (error,) = look_at_targets(configured(two, "mobile_output", "code"), images).errors()
    assert "has no layer 'code'; allowed are mobile_conv_1, mobile_pool_1" in error
    assert error.endswith("(of a, b)")


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ({"model": "nowhere.keras"}, "'nowhere.keras', and there is no such file"),
        ({"recipe": "bottleneck", "cut_layer": "mobile_pool_3"}, "no layer 'mobile_pool_3'"),
        ({"recipe": "dp-adam", "noise_multiplier": 1.0, "batch_size": 64}, "more than the 40"),
    ],
)
def test_what_a_training_would_refuse_is_said_and_the_others_are_looked_at(images, target, said):
    both = configured({"a": {"recipe": "non-private"}, "b": target}, "mobile_output")
    targets = look_at_targets(both, images)
    (error,) = targets.errors()
    assert said in error
    assert error.endswith("(of b)")
    assert list(targets.found) == ["a"]


def test_more_canaries_than_weights_are_refused(images):
    private = {"recipe": "dp-adam", "noise_multiplier": 1.0}
    audited = {"targets": ["a"], "canaries": 100_000}
    asked = configured({"a": private}, "mobile_output", audit=audited)
    (error,) = look_at_targets(asked, images).errors()
    assert "canaries is 100000" in error


def test_a_checkpoint_is_as_its_training(images):
    trained = {"recipe": "non-private", "epochs": 2, "checkpoints": [1]}
    targets = look_at_targets(configured({"a": trained}, "mobile_output"), images)
    assert targets.found["a-epoch-1"] == targets.found["a"]


def test_a_scaling_in_the_network_is_noticed(images, tmp_path):
    model = nested(tmp_path / "n.keras", layers.Rescaling(1 / 255))
    targets = look_at_targets(configured({"mine": {"model": model}}, "flat"), images)
    assert targets.found["mine"].network.rescales


def test_a_cut_where_chance_crosses_is_refused_though_the_whole_is_steady(images, tmp_path):
    image = tf.keras.Input((12, 12, 1))
    x = layers.Flatten(name="flat")(image)
    dropped = layers.Dropout(0.5, name="dropped")(x, training=True)
    steady = layers.Dense(3, activation="softmax", kernel_initializer="zeros")(dropped)
    tf.keras.Model(image, steady).save(tmp_path / "n.keras")
    mine = {"mine": {"model": str(tmp_path / "n.keras")}}
    assert look_at_targets(configured(mine, "flat"), images).errors() == []
    (error,) = look_at_targets(configured(mine, "dropped"), images).errors()
    assert "mine, cut at dropped, gives an image another answer" in error
    assert "build the layer dropped without training=True, and save the network again" in error


def test_a_cut_where_numbers_cross_that_have_no_square_is_refused(images, tmp_path):
    image = tf.keras.Input((12, 12, 1))
    flat = layers.Flatten(name="flat")(image)
    huge = layers.Rescaling(1e30, name="huge")(flat)
    end = layers.Dense(3, activation="softmax", kernel_initializer="zeros")(huge)
    tf.keras.Model(image, end).save(tmp_path / "n.keras")
    mine = {"mine": {"model": str(tmp_path / "n.keras")}}
    assert look_at_targets(configured(mine, "flat"), images).errors() == []
    (error,) = look_at_targets(configured(mine, "huge"), images).errors()
    assert "what mine, cut at huge, puts out for an image of chance pixels reaches 9.9" in error
    assert "allowed are numbers up to 1e+18" in error


@pytest.mark.parametrize("suffix", ["keras", "h5"])
def test_a_layer_called_at_two_sizes_is_cut_at_either(images, tmp_path, suffix):
    image, relu = tf.keras.Input((12, 12, 1)), layers.ReLU(name="relu")
    x = relu(layers.Conv2D(2, 3)(image))
    x = relu(layers.Conv2D(3, 3)(x))
    path = tmp_path / f"n.{suffix}"
    tf.keras.Model(image, layers.Dense(3, activation="softmax")(layers.Flatten()(x))).save(path)
    found = look_at_targets(configured({"mine": {"model": str(path)}}, "relu@1", "relu@2"), images)
    assert found.errors() == []
    assert found.crossing() == {"mine": {"relu@1": 10 * 10 * 2, "relu@2": 8 * 8 * 3}}


def test_a_layer_that_remembers_is_refused(images, tmp_path):
    rows = layers.Reshape((12, 12))
    memory = layers.LSTM(4, stateful=True, name="memory")
    network = tf.keras.Sequential(
        [tf.keras.Input((12, 12, 1), batch_size=4), rows, memory, layers.Dense(3)]
    )
    network.save(tmp_path / "n.keras")
    mine = {"mine": {"model": str(tmp_path / "n.keras")}}
    (error,) = look_at_targets(configured(mine, "memory"), images).errors()
    assert "the layer 'memory'" in error
    assert "is stateful" in error


def test_a_device_part_of_any_size_has_that_of_the_images(images, tmp_path):
    image = tf.keras.Input((None, None, 1))
    tf.keras.Model(image, layers.Conv2D(4, 3)(image)).save(tmp_path / "n.keras")
    mine = {"mine": {"model": str(tmp_path / "n.keras"), "device_alone": True}}
    found = look_at_targets(configured(mine, "output"), images)
    assert found.errors() == []
    assert found.crossing() == {"mine": {"output": 10 * 10 * 4}}


def test_one_class_alone_is_refused(images, tmp_path):
    image = tf.keras.Input((12, 12, 1))
    outputs = layers.Dense(1, activation="sigmoid")(layers.Flatten(name="flat")(image))
    tf.keras.Model(image, outputs).save(tmp_path / "n.keras")
    mine = {"mine": {"model": str(tmp_path / "n.keras")}}
    alone = replace(images, classes=1)
    (error,) = look_at_targets(configured(mine, "flat"), alone).errors()
    assert "this data set has 1; allowed are two or more" in error


def test_each_command_has_its_own_time_though_both_send_as_much(images, tmp_path):
    seconds, targets = {"quick": 0, "slow": 1}, {}
    for name, nap in seconds.items():
        path = tmp_path / f"{name}.py"
        path.write_text(
            f"import sys, time\nimport numpy as np\ntime.sleep({nap})\n"
            "images = np.load(sys.argv[-2])\n"
            "np.save(sys.argv[-1], images.reshape(len(images), -1))\n"
        )
        targets[name] = {"command": [sys.executable, str(path)]}
    found = look_at_targets(configured(targets, "output"), images).found
    assert found["quick"].network == found["slow"].network
    assert 256 * (found["slow"].seconds - found["quick"].seconds) > 0.5


def ends(path, activation="softmax", classes=3):
    image = tf.keras.Input((12, 12, 1), name="image")
    flat = layers.Flatten(name="flat")(image)
    tf.keras.Model(image, layers.Dense(classes, activation, name="out")(flat)).save(path)
    return {"mine": {"model": str(path)}}


@pytest.mark.parametrize(
    ("layer", "why"),
    [("out", "its last layer, behind which nothing is left"), ("image", "its input, before which")],
)
def test_a_layer_at_an_end_is_said_to_be_there(images, tmp_path, layer, why):
    (error,) = look_at_targets(configured(ends(tmp_path / "n.keras"), layer), images).errors()
    assert f"cannot be cut at {layer!r}, {why}" in error
    assert "allowed are flat" in error


def test_logits_are_cut_behind_their_layer(images, tmp_path):
    assert look_at_targets(configured(ends(tmp_path / "n.keras", None), "out"), images).found


def test_a_network_of_other_classes_may_be_a_device_alone(images, tmp_path):
    other = ends(tmp_path / "n.keras", classes=5)
    (error,) = look_at_targets(configured(other, "flat"), images).errors()
    assert "puts out (5,), and this data set has 3 classes; allowed is a network that" in error
    assert "or with device_alone: true one that names other classes or none" in error


def test_a_layer_whose_size_only_a_run_tells_is_no_place_to_cut(images, tmp_path):
    """What ``tf.reshape`` makes has lost the number of rows, until it is known how many images."""
    image = tf.keras.Input((12, 12, 1))
    rows = tf.reshape(image, (tf.shape(image)[0], -1, 12, 1))
    mean = layers.GlobalAveragePooling2D(name="mean")(layers.Conv2D(4, 3, name="mixed")(rows))
    path = tmp_path / "n.keras"
    tf.keras.Model(image, layers.Dense(3, activation="softmax")(mean)).save(path)
    mine = {"mine": {"model": str(path)}}
    asked = configured(mine, "mean")
    found = look_at_targets(asked, images)
    assert found.errors() == []
    network = found.found["mine"].network
    assert [layer.name for layer in network.layers] == ["mean"]
    assert (network.macs, network.uncounted) == (4 * 3, ("Conv2D",))
    assert "mean" in "\n".join(of_targets(asked, found))
    for layer in (rows._keras_history.layer.name, "mixed"):
        (error,) = look_at_targets(configured(mine, layer), images).errors()
        assert f"cannot be cut behind {layer!r}: how many numbers it puts out for an image" in error
