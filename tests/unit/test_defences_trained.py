"""Defences that are trained at the wire: what they send of any input, and what they promise."""

import math

import numpy as np
import pytest
import tensorflow as tf

from intercept.bounds.optimum import optimum
from intercept.bounds.promise import message_promise, noise_promise
from intercept.bounds.record import promise
from intercept.configuration.entries import levels
from intercept.defences import REGISTRY, defence_settings, train
from intercept.defences.codebook.defence import likeliest
from intercept.defences.interface import Lessons
from intercept.defences.learning import variance_within
from intercept.defences.sending import defended, send
from intercept.defences.sphere.defence import onto_sphere
from intercept.networks.model_file import load_network
from intercept.runtime.errors import UserError
from intercept.wire.chance import reading_of_record
from intercept.wire.channel import Channel
from intercept.wire.randomised_response import probabilities
from intercept.wire.serving import hits

CLASSES = 4
SETTINGS = {
    "sphere": {"width": 3, "clip_to_noise_ratio": 5.0},
    "codebook": {"words": 6},
    "codebooks": {"words": 3, "codebooks": 2},
}


def activations(count, seed=0):
    """Maps of 1×2×3 in which four of five classes occur, each about a place of its own."""
    random = np.random.default_rng(seed)
    labels = np.arange(count) % CLASSES + 1
    centres = 3 * np.random.default_rng(7).normal(size=(CLASSES + 1, 6))
    near = centres[labels] + random.normal(size=(count, 6))
    near[:, 5] = 2.5  # a number that never varies
    return near.reshape(count, 1, 2, 3).astype(np.float32), labels


@pytest.fixture(scope="module")
def lessons():
    """A server part that tells the classes apart, and what it was trained on."""
    some, labels = activations(400)
    tf.keras.utils.set_random_seed(3)
    activation = tf.keras.Input((1, 2, 3))
    x = tf.keras.layers.Flatten()(activation)
    x = tf.keras.layers.BatchNormalization()(x)
    x = tf.keras.layers.Dense(CLASSES + 1, activation="softmax")(x)
    server = tf.keras.Model(activation, x)
    server.compile(tf.keras.optimizers.Adam(0.05), "sparse_categorical_crossentropy")
    server.fit(some, labels, epochs=6, verbose=0)
    return Lessons(some, labels, server, seed=1, name="toy")


def made(lessons, case, **changed):
    values = {"hidden": 32, "epochs": 12, **SETTINGS[case], **changed}
    return train(defence_settings(case.removesuffix("s"), **values), lessons)


@pytest.fixture(scope="module")
def defences(lessons):
    return {case: made(lessons, case) for case in SETTINGS}


def degenerate():
    """Inputs as no training has them."""
    random = np.random.default_rng(5)
    usual = random.normal(size=(60, 6)) * 10.0 ** random.integers(-40, 38, (60, 1))
    values = [np.zeros(6), np.full(6, np.nan), np.full(6, np.inf), np.full(6, -np.inf)]
    values += [np.full(6, 3e38), np.full(6, 1e-42), np.where(np.arange(6) < 3, np.inf, 0)]
    return np.concatenate([values, usual]).reshape(-1, 1, 2, 3).astype(np.float32)


def signals(defence, some):
    return defence.transform(tf.constant(some)).numpy()


@pytest.mark.slow
def test_the_sphere_holds_whatever_comes_in(defences):
    for some in (activations(200, seed=1)[0], degenerate()):
        sent = signals(defences["sphere"], some)
        np.testing.assert_allclose(np.linalg.norm(sent, axis=1), 1, atol=1e-6)


def test_points_are_brought_onto_the_sphere_along_their_direction():
    random = np.random.default_rng(2)
    points = (random.normal(size=(50, 5)) * 10.0 ** random.integers(-25, 37, (50, 1))).astype("f4")
    exact = points.astype(np.float64)
    expected = exact / np.linalg.norm(exact, axis=1, keepdims=True)
    np.testing.assert_allclose(onto_sphere(tf.constant(points)), expected, atol=1e-6)
    first = onto_sphere(tf.constant([[0.0, 0.0], [1e-40, -1e-40]])).numpy()
    np.testing.assert_array_equal(first, [[1, 0], [1, 0]])


def test_the_sphere_has_the_slope_of_a_point_over_its_norm():
    x = np.array([[0.5, -2.0, 1.0]])
    weight = np.array([1.0, 2.0, -3.0])
    variable = tf.Variable(x, dtype=tf.float32)
    with tf.GradientTape() as tape:
        total = tf.reduce_sum(onto_sphere(variable) * weight.astype(np.float32))
    norm = np.linalg.norm(x)
    expected = weight / norm - x * (x @ weight)[:, np.newaxis] / norm**3
    np.testing.assert_allclose(tape.gradient(total, variable), expected, rtol=1e-4)


def test_the_server_part_of_a_sphere_reads_its_noise(defences):
    defence = defences["sphere"]
    some, labels = activations(400, seed=1)
    sent = send(defence, some, np.random.default_rng(1))
    left = sent - signals(defence, some)
    assert left.std() == pytest.approx(1 / 5, rel=0.05)
    # Four words at the corners of a tetrahedron are told apart in 97.6 % of cases at this ratio.
    assert 0.9 < hits(defence.server, sent, labels).mean() < 0.985


def test_a_sphere_promises_what_equal_norms_allow(defences):
    channel = defences["sphere"].channel(3)
    assert channel == Channel(3, 0.2, 1.0, equal_norms=True)
    found = promise(channel, np.array([20, 2120]))
    np.testing.assert_allclose(found, noise_promise(np.array([20, 2120]), 5.0, 3, equal_norms=True))
    assert (found < noise_promise(np.array([20, 2120]), 5.0, 3)).all()


def test_readings_of_a_sphere_are_averaged(lessons):
    defence = made(lessons, "sphere", epochs=1, observations=4)
    assert defence.channel(3).clip_to_noise_ratio == pytest.approx(10)
    assert defence.channel(3).readings == 4
    assert defence.settings.label == "sphere-3-noise-5-read-4-times"
    assert defence.as_record()["deviation"] == pytest.approx(0.2)  # that the device draws


def test_a_server_part_reads_each_input_once(defences):
    """However many readings an eavesdropper averages: it is trained and judged through σ."""
    signals = np.zeros((5000, 3), np.float32)
    for readings in (1, 9):
        channel = defences["sphere"].channel(3).read(readings)
        record = {"channel": channel.as_record(), "drawn_from": None}
        noise = reading_of_record(record)(signals, np.random.default_rng(1))
        assert np.std(noise) == pytest.approx(0.2, rel=0.03)


def test_a_sphere_learns_through_the_noise_of_one_reading(lessons):
    once, often = (made(lessons, "sphere", epochs=1, observations=k) for k in (1, 4))
    for part in ("encoder", "server"):
        weights = [getattr(defence, part).get_weights() for defence in (once, often)]
        assert all(map(np.array_equal, *weights))


@pytest.mark.parametrize("case", SETTINGS)
def test_the_best_decoder_of_all_its_signals_gets_no_more_than_is_promised(defences, case):
    """Also where the candidates are chosen so as to be told apart as well as they can be."""
    defence = defences[case]
    some = np.concatenate([activations(60, seed=3)[0], degenerate()])
    found = signals(defence, some)
    channel = defence.channel(found[0].size)
    apart = [0]
    for _ in range(19):  # each the farthest from those before
        distance = np.linalg.norm(found[:, np.newaxis] - found[apart], axis=2).min(axis=1)
        apart.append(int(distance.argmax()))
    for chosen in (np.arange(len(found)), np.array(apart)):
        characters = np.zeros(len(chosen), np.int64)
        best = optimum(found[chosen], characters, channel.noise_deviation, seed=1)["top1"]
        assert 1 / len(chosen) <= best["low"] <= promise(channel, len(chosen)) * (1 + 1e-9)


@pytest.mark.parametrize(("case", "messages"), [("codebook", 6), ("codebooks", 9)])
def test_a_codebook_has_as_many_messages_as_it_says_whatever_comes_in(defences, case, messages):
    defence = defences[case]
    random = np.random.default_rng(9)
    wild = 20 * random.normal(size=(4000, 1, 2, 3)).astype(np.float32)
    some = np.concatenate([activations(400, seed=1)[0], wild, degenerate()])
    sent = signals(defence, some)
    assert np.isfinite(sent).all()
    found = len(np.unique(sent, axis=0))
    assert CLASSES <= found <= messages
    channel = defence.channel(sent[0].size)
    assert channel.bits == pytest.approx(math.log2(messages))
    assert not channel.noise_deviation
    assert promise(channel, 2120) == pytest.approx(messages / 2120)
    assert promise(channel, 2120) == pytest.approx(message_promise(2120, math.log2(messages)))


@pytest.mark.parametrize("case", ["codebook", "codebooks"])
def test_the_server_part_reads_the_words(defences, case):
    some, labels = activations(400, seed=1)
    sent = send(defences[case], some, np.random.default_rng(1))
    assert hits(defences[case].server, sent, labels).mean() > 0.95


def test_the_likeliest_word_is_chosen_exactly_and_passes_the_gradient_of_the_softmax():
    scores = np.random.default_rng(4).normal(size=(30, 2, 5)).astype(np.float32)
    variable, weight = tf.Variable(scores), np.arange(5, dtype=np.float32)
    with tf.GradientTape() as tape:
        chosen = likeliest(variable)
        total = tf.reduce_sum(chosen * weight)
    np.testing.assert_array_equal(chosen, np.eye(5)[scores.argmax(axis=-1)])
    soft = np.exp(scores) / np.exp(scores).sum(axis=-1, keepdims=True)
    expected = soft * (weight - (soft * weight).sum(axis=-1, keepdims=True))
    np.testing.assert_allclose(tape.gradient(total, variable), expected, atol=1e-5)


@pytest.mark.parametrize(("words", "codebooks"), [(CLASSES, 1), (2, 2)])
@pytest.mark.slow
def test_a_codebook_starts_at_the_predicted_class(lessons, words, codebooks):
    defence = made(lessons, "codebook", epochs=1, words=words, codebooks=codebooks)
    some, _ = activations(400, seed=1)
    predicted = lessons.server.predict(some, verbose=0).argmax(axis=1)
    _, message = np.unique(signals(defence, some), axis=0, return_inverse=True)
    pairs = np.unique(np.column_stack([message.reshape(-1), predicted]), axis=0, return_counts=True)
    most = np.sort(pairs[1])[::-1][:CLASSES].sum()
    assert most / len(some) > 0.98


def test_fewer_messages_than_classes_are_refused(lessons):
    said = r"has 3 messages \(1 of 3 codewords\).* have 4 classes; set"
    with pytest.raises(UserError, match=said):
        made(lessons, "codebook", words=3)


@pytest.mark.parametrize("case", SETTINGS)
def test_the_device_survives_the_disk_and_can_be_differentiated(defences, case, tmp_path):
    check_device(defences[case], tmp_path / "device.h5")


@pytest.mark.parametrize("case", ["sphere", "codebook"])
@pytest.mark.slow
def test_the_server_part_need_not_be_on_the_device(lessons, defences, case, tmp_path):
    defence = made(lessons, case, epochs=1, predicts_on_device=False)
    assert defence.encoder.count_params() < defences[case].encoder.count_params()
    check_device(defence, tmp_path / "device.h5")


def check_device(defence, path):
    some, _ = activations(50, seed=1)
    image = tf.keras.Input((1, 2, 3))
    mobile = tf.keras.Model(image, tf.keras.layers.Activation("linear")(image))
    defended(mobile, defence).save(path)
    device = load_network(path)
    np.testing.assert_allclose(device.predict(some, verbose=0), signals(defence, some), atol=1e-6)
    with tf.GradientTape() as tape:
        x = tf.Variable(some)
        total = tf.reduce_sum(tf.square(device(x) - tf.reverse(device(x), [0])))
    slope = tape.gradient(total, x).numpy()
    assert np.isfinite(slope).all()
    assert np.abs(slope).max() > 1e-6


@pytest.mark.slow
@pytest.mark.parametrize("case", ["sphere", "codebooks"])
def test_training_repeats_itself_and_leaves_the_targets_server_part_as_it_is(
    lessons, defences, case
):
    before = [weight.copy() for weight in lessons.server.get_weights()]
    once, again = defences[case], made(lessons, case)
    for part in ("encoder", "server"):
        for one, other in zip(
            getattr(once, part).get_weights(), getattr(again, part).get_weights(), strict=True
        ):
            np.testing.assert_array_equal(one, other)
    for one, other in zip(before, lessons.server.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


def test_lists_make_a_wire_of_each():
    found = levels(REGISTRY, "sphere", {"width": 8, "clip_to_noise_ratios": [2, 4]}, ("wires",))
    assert [one.label for _, one in found] == ["sphere-8-noise-2", "sphere-8-noise-4"]
    found = levels(REGISTRY, "codebook", {"word_counts": [20, 63]}, ("wires",))
    assert [one.label for _, one in found] == ["codebook-20", "codebook-63"]
    (two,) = levels(REGISTRY, "codebook", {"words": 8, "codebooks": 2}, ("wires",))
    assert two[1].label == "codebook-2x8"


def test_variance_within_classes_is_that_of_their_own_means():
    random = np.random.default_rng(8)
    sent, labels = random.normal(size=(30, 4)).astype(np.float32), random.integers(0, 3, 30)
    expected = np.mean(
        [
            np.sum((one - sent[labels == label].mean(0)) ** 2)
            for one, label in zip(sent, labels, strict=True)
        ]
    )
    found = variance_within(tf.constant(sent), tf.constant(labels))
    assert float(found) == pytest.approx(expected, rel=1e-5)


def test_a_weight_against_the_instance_makes_signals_of_a_class_alike(defences, lessons):
    some, labels = activations(200, seed=1)
    weighted = made(lessons, "sphere", instance_weight=5.0)

    def within(defence):
        return float(variance_within(tf.constant(signals(defence, some)), tf.constant(labels)))

    assert within(weighted) < 0.5 * within(defences["sphere"])
    assert weighted.settings.label == "sphere-3-instance-5-noise-5"
    assert defences["sphere"].settings.label == "sphere-3-noise-5"


def test_a_codebook_with_chance_sends_its_words_and_its_server_part_has_met_others(lessons):
    defence = made(lessons, "codebook", epsilon=2.0)
    some, labels = activations(4000, seed=1)
    own, words = signals(defence, some), defence.drawn_from()
    assert words.shape == (6, own.shape[1])
    assert {tuple(word) for word in own} <= {tuple(word) for word in words}
    sent = send(defence, some, np.random.default_rng(1))
    kept, _ = probabilities(6, 2.0)
    assert (sent == own).all(axis=1).mean() == pytest.approx(kept, abs=0.03)
    channel = defence.channel(own.shape[1])
    assert (channel.epsilon, channel.noise_deviation) == (2.0, 0)
    right = hits(defence.server, sent, labels).mean()
    assert 0.8 * kept < right < 1.1 * kept + 0.1
    # What it takes for likely is what it met in training, where words were others' as often.
    sure = defence.server.predict(own, verbose=0).max(axis=1).mean()
    assert sure == pytest.approx(kept, abs=0.12)


def test_random_answers_of_several_codebooks_are_refused():
    with pytest.raises(ValueError, match=r"has epsilon with 2 codebooks; .* set codebooks to 1"):
        defence_settings("codebook", words=3, codebooks=2, epsilon=1.0)


def shredder(lessons, **changed):
    values = {"noise_tensors": 5, "noise_weight": 0.2, "epochs": 40, **changed}
    return train(defence_settings("shredder", **values), lessons)


def test_learned_noise_costs_less_accuracy_than_noise_of_its_size(lessons):
    defence, (some, labels) = shredder(lessons), activations(2000, seed=1)
    noise = defence.drawn_from()
    assert noise.shape == (5, 1, 2, 3)
    size = np.square(noise).mean()
    assert defence.as_record()["signal_to_noise"] == pytest.approx(
        np.square(lessons.activations).mean() / size
    )
    sent = send(defence, some, np.random.default_rng(1))
    gaussian = some + np.random.default_rng(1).normal(0, np.sqrt(size), some.shape)
    learned, drawn = (hits(defence.server, one, labels).mean() for one in (sent, gaussian))
    assert learned > drawn + 0.1
    assert np.square(shredder(lessons, noise_weight=1.0).noise).mean() > size


def test_learned_noise_promises_nothing_and_can_be_taken_off_again(lessons):
    defence, (some, labels) = shredder(lessons), activations(300, seed=1)
    own, noise = signals(defence, some), defence.drawn_from()
    np.testing.assert_array_equal(own, some)
    sent = send(defence, some, np.random.default_rng(1))
    channel = defence.channel(6)
    assert channel == Channel(6)
    assert promise(channel, np.array([20])) == 1
    assert optimum(own, labels, channel.noise_deviation, seed=1)["top1"]["value"] == 1
    # An attacker that knows the tensors: the nearest candidate behind any of them.
    candidates = (own[:, np.newaxis] + noise).reshape(-1, 6)
    distances = np.linalg.norm(sent.reshape(-1, 1, 6) - candidates, axis=2)
    assert (distances.argmin(axis=1) // len(noise) == np.arange(300)).all()


def test_the_same_seed_learns_the_same_noise(lessons):
    np.testing.assert_array_equal(shredder(lessons).noise, shredder(lessons).noise)
