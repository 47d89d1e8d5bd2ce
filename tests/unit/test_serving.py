"""The server's part behind a wire: what it gets right, and its training behind a defence."""

import numpy as np
import pytest
import tensorflow as tf

from intercept.arrays.stored_images import StoredImages
from intercept.datasets.cache import ImageSet
from intercept.defences import calibrate, defence_settings
from intercept.defences.sending import send
from intercept.wire.chance import reading
from intercept.wire.channel import Channel
from intercept.wire.serving import fine_tune, has_more_characters, hits, names_characters

AS_SENT = reading(Channel(4), None)


@pytest.fixture(scope="module")
def classified():
    """Activations that tell three classes apart, and a server part that does not know them yet."""
    random = np.random.default_rng(1)
    labels = np.arange(600) % 3
    centres = np.array([[2, 0, 0, 0], [0, 2, 0, 0], [0, 0, 2, 0]], np.float32)
    activations = centres[labels] + 0.3 * random.normal(size=(600, 4)).astype(np.float32)
    tf.keras.utils.set_random_seed(1)
    code = tf.keras.Input((4,))
    x = tf.keras.layers.BatchNormalization(name="norm")(code)
    x = tf.keras.layers.Dense(16, activation="relu")(x)
    server = tf.keras.Model(code, tf.keras.layers.Dense(3, activation="softmax")(x))
    return server, activations.astype(np.float32), labels


def test_a_fine_tuned_server_part_reads_the_noisy_wire(classified):
    server, activations, labels = classified
    settings = defence_settings("noise", clip_to_noise_ratio=8)
    defence = calibrate(settings, activations)
    before = [weight.copy() for weight in server.get_weights()]
    signals = defence.transform(activations[:500]).numpy()
    read = reading(defence.channel(4), None)
    tuned = fine_tune(server, signals, read, labels[:500], seed=1)
    sent = send(defence, activations[500:], np.random.default_rng(9))
    assert hits(tuned, sent, labels[500:]).mean() > 0.8
    assert hits(server, sent, labels[500:]).mean() < 0.6
    for one, other in zip(before, server.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


def test_fine_tuning_leaves_the_statistics_of_batchnorm_and_repeats_itself(classified):
    server, activations, labels = classified
    once, again = (fine_tune(server, activations, AS_SENT, labels, seed=1) for _ in range(2))
    for name in ("moving_mean", "moving_variance"):
        np.testing.assert_array_equal(
            getattr(once.get_layer("norm"), name), getattr(server.get_layer("norm"), name)
        )
    for one, other in zip(once.get_weights(), again.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


def test_hits_are_of_each_image(classified):
    server, activations, labels = classified
    found = hits(server, activations, labels)
    expected = server.predict(activations, verbose=0).argmax(axis=1) == labels
    np.testing.assert_array_equal(found, expected)


def test_fine_tuning_leaves_batchnorm_inside_other_layers_too(classified):
    _, activations, labels = classified
    code = tf.keras.Input((4,))
    norm = tf.keras.layers.TimeDistributed(tf.keras.layers.BatchNormalization(), name="norms")
    x = tf.keras.layers.Flatten()(norm(tf.keras.layers.Reshape((2, 2))(code)))
    server = tf.keras.Model(code, tf.keras.layers.Dense(3, activation="softmax")(x))
    tuned = fine_tune(server, activations, AS_SENT, labels, seed=1)
    for one, other in zip(tuned.get_layer("norms").get_weights(), norm.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.fixture(scope="module")
def drawn():
    """A character in each corner of a square, two of each class; and what a wire sends of them."""
    random = np.random.default_rng(1)
    characters = np.arange(900) % 4
    corners = np.array([[2, 2], [-2, 2], [2, -2], [-2, -2]], np.float32)
    sent = corners[characters] + 0.3 * random.normal(size=(900, 2)).astype(np.float32)
    blank = StoredImages(np.zeros((900, 1, 1, 1), np.uint8))
    images = ImageSet(blank, characters // 2, 10 * characters, np.zeros(900, bool))
    return images, sent.astype(np.float32)


def test_a_wire_that_tells_characters_apart_serves_to_name_them(drawn):
    images, sent = drawn
    training, validation = images.select(slice(0, 700)), images.select(slice(700, None))

    def accuracy(numbers):
        return names_characters(
            numbers[:700], numbers[700:], AS_SENT, training, validation, seed=1
        ).mean()

    assert accuracy(sent) > 0.95
    # The class alone leaves a choice of two, and of nothing at all one of four.
    of_class = np.eye(2, dtype=np.float32)[images.labels]
    assert accuracy(of_class) == pytest.approx(1 / 2, abs=0.12)
    assert accuracy(np.zeros_like(sent)) == pytest.approx(1 / 4, abs=0.12)


def test_characters_that_are_not_learned_do_not_count(drawn):
    images, sent = drawn
    known = images.characters != 20
    right = names_characters(sent[known], sent, AS_SENT, images.select(known), images, seed=1)
    np.testing.assert_array_equal(np.isnan(right), ~known)
    assert np.nanmean(right) > 0.95
    first, second = images.select(images.characters == 0), images.select(images.characters == 10)
    assert has_more_characters(images.select(known), images)
    assert not has_more_characters(first, second)


def test_where_characters_are_the_classes_there_is_no_other_task(drawn):
    images, _ = drawn
    same = ImageSet(images.images, images.characters, images.characters, images.seen)
    assert not has_more_characters(same, same)
