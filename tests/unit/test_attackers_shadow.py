"""An attack without a copy of the device part."""

import logging
from dataclasses import replace

import numpy as np
import pytest
import tensorflow as tf
from tests.unit.attacks import folds_of, image_set

from intercept.attackers import attacker_settings, build_attacker
from intercept.attackers.interface import Pairs
from intercept.devices.activations import observe
from intercept.wire.chance import reading
from intercept.wire.channel import Channel

CLASSES = 4
SETTINGS = {
    "epochs": 25,
    "batch_size": 32,
    "learning_rate": 0.003,
    "critic_batch": 32,
    "decoder_epochs": 15,
}
SHORT = {"epochs": 4, "decoder_epochs": 2}


def bars(count, seed):
    """Images of 16×16 with a bright bar, in one of four quarters by their class."""
    random = np.random.default_rng(seed)
    labels = np.arange(count) % CLASSES
    images = 0.1 * random.random((count, 16, 16, 1))
    for image, label in zip(images, labels, strict=True):
        row, column = random.integers(0, 4, 2)
        top, left = 8 * (label // 2) + row, 8 * (label % 2) + column
        image[top : top + 4, left : left + 4] = 0.9
    return images.astype(np.float32), labels


@pytest.fixture(scope="module")
def network():
    """A trained network, its device part and its server part."""
    images, labels = bars(400, seed=1)
    tf.keras.utils.set_random_seed(2)
    image, sent = tf.keras.Input((16, 16, 1)), tf.keras.Input((8, 8, 3))
    device = tf.keras.Model(
        image, tf.keras.layers.Conv2D(3, 4, strides=2, padding="same", activation="relu")(image)
    )
    x = tf.keras.layers.Dense(CLASSES, activation="softmax")(tf.keras.layers.Flatten()(sent))
    server = tf.keras.Model(sent, x)
    whole = tf.keras.Model(image, server(device.output))
    whole.compile(tf.keras.optimizers.Adam(0.01), "sparse_categorical_crossentropy")
    whole.fit(images, labels, epochs=8, verbose=0)
    return device, server


@pytest.fixture(scope="module")
def knowledge(network):
    """What the eavesdropper knows."""
    device, server = network
    images, labels = bars(200, seed=3)
    folds = folds_of(device, image_set(images, labels))
    return replace(folds, server=server, labels=labels).everything()


def attack(knowledge, seen, **settings):
    attacker = build_attacker(attacker_settings("shadow", **{**SETTINGS, **settings}), seed=1)
    return attacker.attack(knowledge, seen, None, "a test").answers


@pytest.fixture(scope="module")
def stolen(network, knowledge):
    """Images that the eavesdropper wants, what was sent for them, and what it makes of that."""
    images, _ = bars(120, seed=5)
    seen = observe(network[0], images)
    return images, seen, attack(knowledge, seen)


def test_it_rebuilds_more_than_its_mean_image(knowledge, stolen):
    images, _, answers = stolen
    mean_image = knowledge.own.images[:].mean(axis=0)
    assert np.mean(np.square(answers - images)) < 0.8 * np.mean(np.square(mean_image - images))


def test_it_asks_neither_the_device_part_nor_what_that_sends(knowledge, stolen):
    _, seen, _ = stolen
    blind = Pairs(knowledge.fitting.images, np.full_like(knowledge.fitting.activations, np.nan))
    unaided = replace(knowledge, device=None, fitting=blind)
    answers, same = (attack(whose, seen, **SHORT) for whose in (knowledge, unaided))
    np.testing.assert_array_equal(answers, same)


def test_the_critic_holds_it_to_what_was_seen(knowledge, stolen):
    images, seen, with_it = stolen
    without = attack(knowledge, seen, critic_weight=0)
    assert np.mean(np.square(with_it - images)) < 0.95 * np.mean(np.square(without - images))


def test_behind_noise_it_learns_through_noise(knowledge, stolen):
    """Else the critic tells the shadow from the device by the noise alone."""
    images, signals, _ = stolen
    deviation = float(signals.std())
    channel = Channel(signals[0].size, deviation)
    seen = reading(channel, None)(signals, np.random.default_rng(1))
    record = {"channel": channel.as_record(), "drawn_from": None}
    aware = attack(replace(knowledge, defence=record), seen)
    unaware = attack(knowledge, seen)
    assert np.mean(np.square(aware - images)) < 0.9 * np.mean(np.square(unaware - images))


def test_it_learns_through_one_of_several_noises(knowledge, stolen):
    _, signals, _ = stolen
    several = np.stack([np.zeros_like(signals[0]), np.full_like(signals[0], 3.0)])
    channel = Channel(signals[0].size)
    record = {"channel": channel.as_record(), "drawn_from": several.tolist()}
    seen = reading(channel, several)(signals, np.random.default_rng(1))
    answers = attack(replace(knowledge, defence=record), seen, **SHORT)
    assert np.isfinite(answers).all()


def test_numbers_that_never_vary_leave_it_finite(network, knowledge):
    """As behind a ReLU that never fires, and at the border of drawings on a plain background."""
    images, _ = bars(60, seed=5)
    seen = observe(network[0], images)
    seen[..., 0] = seen[:, 0] = 0
    assert np.isfinite(attack(knowledge, seen, **SHORT)).all()


def test_classes_that_the_server_part_does_not_know_are_said(network, knowledge, caplog):
    images, _ = bars(40, seed=5)
    labels = np.random.default_rng(4).integers(0, CLASSES, 200)
    sure = tf.keras.Model(network[1].input, tf.stop_gradient(network[1].output))
    with caplog.at_level(logging.WARNING, "intercept"):
        unknown = replace(knowledge, server=sure, labels=labels)
        attack(unknown, observe(network[0], images), **SHORT)
    assert "no better than guessing; they have to be the target's" in caplog.text


@pytest.mark.parametrize(
    "shape", [(5,), (1, 1, 5), (4, 4, 2), (5, 6, 3), (12, 12, 3), (16, 16, 2), (20, 20, 1)]
)
def test_a_shadow_sends_what_has_the_shape_of_what_was_seen_and_its_critic_takes_it(shape):
    from intercept.attackers.shadow.networks import build_critic, build_shadow

    for not_negative in (True, False):
        sent = build_shadow((16, 16, 1), shape, not_negative)(bars(8, seed=1)[0]).numpy()
        assert sent.shape == (8, *shape)
        assert (sent.min() < 0) is not not_negative
        places = shape[:-1] if len(shape) == 3 and shape[:2] != (1, 1) else ()
        assert build_critic(shape)(sent).shape == (8, *places, 1)


@pytest.mark.parametrize(
    ("side", "places", "stride"),
    [
        (28, 28, 1),
        (28, 14, 2),
        (28, 4, 8),  # as of three poolings, and not seven pixels apart
        (105, 35, 3),
        (28, 8, 2),  # two poolings would leave seven: a border is lost
        (28, 24, 1),
        (28, 12, 2),
        (105, 26, 4),
        (8, 9, 0),
    ],
)
def test_the_stride_is_that_of_convolutions_which_leave_so_many_places(side, places, stride):
    from intercept.attackers.shadow.networks import likely_stride

    assert likely_stride(side, places) == stride
