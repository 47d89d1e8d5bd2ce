"""The post's attacker: its shapes, its training, and what it refuses."""

import dataclasses

import numpy as np
import pytest
import tensorflow as tf

from intercept.attackers import registry
from intercept.attackers import settings as attackers
from intercept.attackers.post import PostAttacker, build_decoder
from intercept.attackers.settings import DecoderSettings, attacker_settings
from intercept.errors import UserError

IMAGE_SHAPE = (105, 105, 1)


@pytest.fixture(scope="module")
def wire(make_images):
    """Five images and activations that tell them apart."""
    random = np.random.default_rng(6)
    images = np.repeat(np.repeat(make_images(5, shape=(7, 7, 1)).images, 15, 1), 15, 2)
    return random.random((5, 1, 1, 32), dtype=np.float32), images


def fit(wire, seed=3, **settings):
    settings = {"epochs": 2, "batch_size": 5, "learning_rate": 0.001} | settings
    attacker = PostAttacker(DecoderSettings(**settings), seed)
    return attacker, attacker.fit(*wire, "an attacker")


def test_the_decoder_has_the_posts_shapes():
    decoder = build_decoder((1, 1, 32), IMAGE_SHAPE)
    assert [layer.output_shape[1:] for layer in decoder.layers] == [
        (9, 9, 32),
        (23, 23, 32),
        (51, 51, 1),
        IMAGE_SHAPE,
    ]
    assert [layer.count_params() for layer in decoder.layers] == [
        9 * 9 * 32 * 32 + 32,
        7 * 7 * 32 * 32 + 32,
        7 * 7 * 32 * 1 + 1,
        5 * 5 * 1 * 1 + 1,
    ]
    assert {layer.activation.__name__ for layer in decoder.layers} == {"relu"}


@pytest.mark.parametrize(
    ("activation_shape", "image_shape"),
    [
        ((2, 2, 32), IMAGE_SHAPE),
        ((1, 1, 32), (105, 105, 3)),
        ((1, 1, 32), (28, 28, 1)),
        ((32,), IMAGE_SHAPE),
        ((33, 33, 32), IMAGE_SHAPE),
    ],
)
def test_other_shapes_are_refused(activation_shape, image_shape):
    with pytest.raises(UserError) as refused:
        build_decoder(activation_shape, image_shape)
    for part in ("'post' rebuilds 105×105×1 images", str(activation_shape), str(image_shape)):
        assert part in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("batch_size", [5, 2])
def test_history_is_of_the_batches_before_each_update(wire, batch_size):
    """A learning rate of next to nothing leaves the decoder as it was for every batch."""
    activations, images = wire
    learning_rate = 0.001 if batch_size == 5 else 1e-12
    _, history = fit(wire, batch_size=batch_size, learning_rate=learning_rate)
    tf.keras.utils.set_random_seed(3)
    untrained = build_decoder((1, 1, 32), IMAGE_SHAPE)
    rebuilt = untrained(activations).numpy().astype(np.float64)
    assert [record["epoch"] for record in history] == [1, 2]
    assert history[0]["mse"] == pytest.approx(np.mean((rebuilt - images) ** 2), rel=1e-5)


def test_it_learns_and_says_so(wire, intercept_log):
    attacker, history = fit(wire, epochs=30, learning_rate=0.01)
    assert history[-1]["mse"] < 0.5 * history[0]["mse"]
    activations, images = wire
    mse = float(np.mean((attacker.network(activations) - images) ** 2))
    assert mse == pytest.approx(history[-1]["mse"], rel=0.1)
    assert f"an attacker | epoch 30/30 | MSE {history[-1]['mse']:.4f}" in intercept_log.messages[-1]


def test_a_seed_gives_the_weights(wire):
    (one, history), (same, _), (other, _) = (fit(wire, seed=seed) for seed in (3, 3, 4))
    for a, b, c in zip(*(x.network.get_weights() for x in (one, same, other)), strict=True):
        np.testing.assert_array_equal(a, b)
        assert not np.array_equal(a, c)
    assert len(history) == 2


def test_every_attacker_of_the_configuration_exists():
    assert set(registry.ATTACKERS) == set(attackers.ATTACKERS)


@pytest.mark.parametrize(
    ("name", "values", "parts"),
    [
        ("pots", {}, ["no attacker is called 'pots'", "there is post"]),
        ("post", {"epoch": 1}, ["'post' has no setting 'epoch'", "epochs, batch_size"]),
        ("post", {"epochs": 0}, ["epochs is 0", "1 or more"]),
        ("post", {"batch_size": 0}, ["batch_size is 0", "1 or more"]),
        ("post", {"learning_rate": 0.0}, ["learning_rate is 0.0", "above 0"]),
        ("post", {"learning_rate": float("nan")}, ["learning_rate is nan", "above 0"]),
    ],
)
def test_settings_that_cannot_be_are_refused(name, values, parts):
    with pytest.raises(UserError) as refused:
        attacker_settings(name, **values)
    for part in ["attackers: ", *parts]:
        assert part in str(refused.value)


def test_settings_are_plain_and_sorted_for_snakemake():
    params = attacker_settings("post", epochs=7).as_params()
    assert list(params) == sorted(params)
    assert params == dataclasses.asdict(DecoderSettings(epochs=7))
    assert all(type(value) in (int, float, str) for value in params.values())
