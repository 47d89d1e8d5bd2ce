"""Defences that are trained: NoPeek and the bottleneck, and the server behind a noisy wire."""

import numpy as np
import pytest
import tensorflow as tf

from intercept.defences import calibrate, defence_settings
from intercept.errors import UserError
from intercept.network import split
from intercept.serving import fine_tune, hits
from intercept.training.distance_correlation import distance_correlation
from intercept.training.recipes import build_trainer, recipe_settings
from intercept.wire import send

SHAPE, CLASSES = (105, 105, 1), 3


def from_the_definition(one, other):
    """Székely, Rizzo and Bakirov 2007, written out."""

    def centred(sample):
        count = len(sample)
        a = np.array([[np.linalg.norm(x - y) for y in sample] for x in sample])
        return np.array(
            [
                [a[k, m] - a[k].mean() - a[:, m].mean() + a.mean() for m in range(count)]
                for k in range(count)
            ]
        )

    a, b = (centred(np.asarray(s, np.float64).reshape(len(s), -1)) for s in (one, other))
    return np.sqrt(np.mean(a * b) / np.sqrt(np.mean(a * a) * np.mean(b * b)))


@pytest.fixture
def dependent():
    random = np.random.default_rng(5)
    one = random.normal(size=(12, 3))
    other = np.stack([one[:, 0] ** 2 + 0.1 * random.normal(size=12), random.normal(size=12)], 1)
    return one.astype(np.float32), other.astype(np.float32)


def test_distance_correlation_is_that_of_another_implementation(dependent):
    # By the package dcor 0.7: dcor.distance_correlation of these two samples.
    assert float(distance_correlation(*dependent)) == pytest.approx(0.6291479204305436, rel=1e-6)


@pytest.mark.parametrize("seed", range(3))
def test_distance_correlation_is_that_of_its_definition(seed):
    random = np.random.default_rng(seed)
    one = random.random((9, 4, 4, 1)).astype(np.float32)
    other = (one.reshape(9, -1)[:, :2] ** 3 + 0.3 * random.random((9, 2))).astype(np.float32)
    found = float(distance_correlation(one, other))
    assert found == pytest.approx(from_the_definition(one, other), rel=1e-5)


def test_distance_correlation_is_one_for_a_scaled_rotation_and_nought_for_a_constant(dependent):
    one, _ = dependent
    rotation = np.linalg.qr(np.random.default_rng(1).normal(size=(3, 3)))[0].astype(np.float32)
    assert float(distance_correlation(one, 7 * one @ rotation + 2)) == pytest.approx(1, abs=1e-6)
    assert float(distance_correlation(one, np.ones_like(one))) == 0
    assert float(distance_correlation(one[:1], one[:1])) == 0


def test_the_gradient_of_distance_correlation_is_that_of_differences(dependent):
    one, other = dependent
    with tf.GradientTape() as tape:
        x = tf.constant(other)
        tape.watch(x)
        value = distance_correlation(one, x)
    gradient = tape.gradient(value, x).numpy()
    step = 1e-4
    for place in [(0, 0), (3, 1), (11, 0)]:
        moved = []
        for sign in (1, -1):
            near = other.astype(np.float64)
            near[place] += sign * step
            moved.append(from_the_definition(one, near))
        expected = (moved[0] - moved[1]) / (2 * step)
        assert gradient[place] == pytest.approx(expected, rel=2e-3, abs=1e-5)


def test_the_gradient_stays_finite_where_examples_coincide():
    one = np.random.default_rng(1).normal(size=(6, 3)).astype(np.float32)
    same = np.repeat(one[:3], 2, axis=0)
    with tf.GradientTape() as tape:
        x = tf.constant(same)
        tape.watch(x)
        value = distance_correlation(one, x)
    assert np.all(np.isfinite(tape.gradient(value, x).numpy()))


@pytest.fixture(scope="module")
def examples(make_images):
    return make_images(8, classes=CLASSES)


def trained(recipe, examples, steps=6, **settings):
    values = {"epochs": 1, "batch_size": len(examples), **settings}
    trainer = build_trainer(
        recipe_settings(recipe, **values), SHAPE, CLASSES, len(examples), seed=1
    )
    for _ in range(steps):
        losses, _ = trainer.step(examples.images, examples.labels)
    return trainer, float(np.mean(losses))


def common(trainer, examples):
    activations = split(trainer.network, "mobile_output").mobile(examples.images)
    return float(distance_correlation(examples.images, activations))


def test_nopeek_without_weight_is_ordinary_training(examples):
    plain, _ = trained("non-private", examples)
    nopeek, _ = trained("nopeek", examples, weight=0)
    for one, other in zip(plain.network.variables, nopeek.network.variables, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-6)


def test_nopeek_lowers_what_image_and_activation_have_in_common(examples):
    plain, _ = trained("non-private", examples, steps=15)
    nopeek, _ = trained("nopeek", examples, steps=15, weight=5)
    assert common(nopeek, examples) < common(plain, examples) - 0.05


def test_nopeek_refuses_a_layer_that_the_network_has_not(examples):
    with pytest.raises(UserError, match="has no layer 'mobile_outptu'; allowed are mobile_conv_1"):
        trained("nopeek", examples, weight=1, cut_layer="mobile_outptu")


def test_a_bottleneck_sends_as_many_numbers_as_it_has_channels(examples):
    trainer, loss = trained("bottleneck", examples, channels=5)
    activations = split(trainer.network, "mobile_output").mobile(examples.images)
    assert activations.shape == (8, 1, 1, 5)
    assert np.isfinite(loss)
    wide, _ = trained("non-private", examples)
    assert split(wide.network, "mobile_output").mobile(examples.images).shape == (8, 1, 1, 32)


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
    tuned = fine_tune(server, defence, activations[:500], labels[:500], seed=1)
    sent = send(defence, activations[500:], np.random.default_rng(9))
    assert hits(tuned, sent, labels[500:]).mean() > 0.8
    assert hits(server, sent, labels[500:]).mean() < 0.6
    for one, other in zip(before, server.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


def test_fine_tuning_leaves_the_statistics_of_batchnorm_and_repeats_itself(classified):
    server, activations, labels = classified
    defence = calibrate(defence_settings("none"), activations)
    once, again = (fine_tune(server, defence, activations, labels, seed=1) for _ in range(2))
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
