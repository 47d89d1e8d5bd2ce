"""The post's attacker: its shapes, its training, and what it refuses."""

import numpy as np
import pytest
import tensorflow as tf

from intercept.arrays.stored_images import StoredImages
from intercept.attackers.interface import Knowledge, Pairs
from intercept.attackers.post.attacker import Attacker, build_decoder
from intercept.attackers.post.settings import Settings

IMAGE_SHAPE = (105, 105, 1)


@pytest.fixture(scope="module")
def wire(make_images):
    """Five images and activations that tell them apart."""
    random = np.random.default_rng(6)
    images = np.repeat(np.repeat(make_images(5, shape=(7, 7, 1)).images[:], 15, 1), 15, 2)
    return Pairs(StoredImages(images), random.random((5, 1, 1, 32), dtype=np.float32))


def attack(wire, seed=3, **settings):
    settings = {"epochs": 2, "batch_size": 5, "learning_rate": 0.001} | settings
    knowledge = Knowledge(device=None, own=wire, fitting=None, lesson=None)
    return Attacker(Settings(**settings), seed).attack(
        knowledge, wire.activations[:2], None, "an attacker"
    )


def test_the_decoder_has_the_posts_shapes():
    decoder = build_decoder((1, 1, 32), IMAGE_SHAPE)
    assert [layer.output_shape[1:] for layer in decoder.layers[1:]] == [
        (9, 9, 32),
        (23, 23, 32),
        (51, 51, 1),
        IMAGE_SHAPE,
    ]
    assert [layer.count_params() for layer in decoder.layers[1:]] == [
        9 * 9 * 32 * 32 + 32,
        7 * 7 * 32 * 32 + 32,
        7 * 7 * 32 * 1 + 1,
        5 * 5 * 1 * 1 + 1,
    ]
    assert {layer.activation.__name__ for layer in decoder.layers[1:]} == {"relu"}


@pytest.mark.parametrize(
    ("activation_shape", "image_shape"),
    [
        ((2, 2, 32), IMAGE_SHAPE),
        ((1, 1, 32), (105, 105, 3)),
        ((1, 1, 32), (28, 28, 1)),
        ((32,), IMAGE_SHAPE),
        ((13, 9, 8), (32, 20, 3)),
    ],
)
def test_other_shapes_have_as_many_layers_and_the_images_size(activation_shape, image_shape):
    decoder = build_decoder(activation_shape, image_shape)
    assert decoder.output_shape == (None, *image_shape)
    assert sum(layer.count_params() > 0 for layer in decoder.layers) == 4
    one_place = activation_shape[:-1] in ((), (1, 1))
    kernel = tuple(-(-side // 8) for side in image_shape[:2]) if one_place else (7, 7)
    assert decoder.get_layer("decoder_1").kernel_size == kernel


@pytest.mark.parametrize("batch_size", [5, 2])
def test_history_is_of_the_batches_before_each_update(wire, batch_size):
    """A learning rate of next to nothing leaves the decoder as it was for every batch."""
    learning_rate = 0.001 if batch_size == 5 else 1e-12
    history = attack(wire, batch_size=batch_size, learning_rate=learning_rate).history
    tf.keras.utils.set_random_seed(3)
    untrained = build_decoder((1, 1, 32), IMAGE_SHAPE)
    rebuilt = untrained(wire.activations).numpy().astype(np.float64)
    assert [record["epoch"] for record in history] == [1, 2]
    assert history[0]["mse"] == pytest.approx(np.mean((rebuilt - wire.images) ** 2), rel=1e-5)


def test_it_learns_and_says_so(wire, intercept_log):
    outcome = attack(wire, epochs=30, learning_rate=0.01)
    assert outcome.history[-1]["mse"] < 0.5 * outcome.history[0]["mse"]
    mse = float(np.mean((outcome.network(wire.activations) - wire.images) ** 2))
    assert mse == pytest.approx(outcome.history[-1]["mse"], rel=0.1)
    said = f"an attacker | epoch 30/30 | MSE {outcome.history[-1]['mse']:.4f}"
    assert said in intercept_log.messages[-1]


def test_its_answers_are_what_its_network_rebuilds(wire):
    outcome = attack(wire)
    rebuilt = outcome.network(wire.activations[:2]).numpy()
    np.testing.assert_allclose(outcome.answers, np.clip(rebuilt, 0, 1), atol=1e-6)


def test_a_seed_gives_the_weights(wire):
    one, same, other = (attack(wire, seed=seed).network.get_weights() for seed in (3, 3, 4))
    for a, b, c in zip(one, same, other, strict=True):
        np.testing.assert_array_equal(a, b)
        assert not np.array_equal(a, c)
