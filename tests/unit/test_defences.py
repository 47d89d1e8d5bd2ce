"""Defences at the wire: what they send, what they hide, and how they are kept."""

import json

import numpy as np
import pytest
import tensorflow as tf

from intercept.bounds.record import promise
from intercept.configuration.entries import settings as configured
from intercept.defences import REGISTRY, calibrate, defence_settings
from intercept.defences.sending import defended, send
from intercept.runtime.errors import UserError
from intercept.wire.channel import Channel

SHAPES = [(1, 1, 4), (3, 2, 4), (5,)]


def activations(shape, count=40, seed=0):
    random = np.random.default_rng(seed)
    return np.maximum(random.normal(0.5, 1, (count, *shape)), 0).astype(np.float32)


def noise(some, ratio=2.0, **settings):
    return calibrate(defence_settings("noise", clip_to_noise_ratio=ratio, **settings), some)


def quantisation(some, bits):
    return calibrate(defence_settings("quantisation", bit_width=bits), some)


def norms(offsets):
    return np.linalg.norm(offsets.reshape(len(offsets), -1), axis=1)


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("make", [noise, lambda some: quantisation(some, 3)])
def test_of_no_activations_none_are_sent(shape, make):
    """As where attackers are to make no copies of their images."""
    some = activations(shape)
    assert send(make(some), some[:0], np.random.default_rng(1)).shape == (0, *shape)


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_without_a_defence_the_activation_is_sent_as_it_is(shape):
    some = activations(shape)
    none = calibrate(defence_settings("none"), some)
    np.testing.assert_array_equal(send(none, some, np.random.default_rng(1)), some)
    assert none.channel(5) == Channel(5)
    assert none.channel(5).clip_to_noise_ratio is None


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_clipping_scales_offsets_from_the_centre_down_to_the_norm(shape):
    some = activations(shape)
    defence = noise(some, clip_quantile=0.5)
    centre = some.mean(axis=tuple(range(some.ndim - 1)))
    np.testing.assert_allclose(defence.centre, centre, rtol=1e-5)
    before = some - centre
    assert np.sum(norms(before) > defence.l2_norm_clip) == len(some) // 2
    after = defence.transform(tf.constant(some)).numpy() - centre
    assert norms(after).max() <= defence.l2_norm_clip * (1 + 1e-5)
    short = norms(before) <= defence.l2_norm_clip
    np.testing.assert_allclose(after[short], before[short], atol=1e-6)
    # The direction stays.
    cosine = np.sum((before * after).reshape(len(some), -1), axis=1)
    np.testing.assert_allclose(cosine, norms(before) * norms(after), rtol=1e-4)


def test_noise_has_the_deviation_that_the_ratio_asks_for():
    some = activations((1, 1, 4), count=20_000)
    defence = noise(some, ratio=2.5)
    assert defence.deviation == pytest.approx(defence.l2_norm_clip / 2.5)
    sent = send(defence, some, np.random.default_rng(1))
    left = sent - defence.transform(tf.constant(some)).numpy()
    np.testing.assert_allclose(left.std(axis=0).ravel(), defence.deviation, rtol=0.03)
    np.testing.assert_allclose(left.mean(axis=0).ravel(), 0, atol=0.03 * defence.deviation)
    covariance = np.cov(left.reshape(-1, 4).T)
    off = covariance - np.diag(np.diag(covariance))
    assert np.abs(off).max() < 0.05 * defence.deviation**2


def test_the_last_bits_of_what_is_sent_do_not_tell_the_input():
    """A float32 sum with float32 noise has bits that only the input that was sent can explain."""
    some = activations((1, 1, 32), count=1000)
    defence = noise(some)
    signals = defence.transform(tf.constant(some)).numpy()
    sent = send(defence, some, np.random.default_rng(1))

    def explained(signals):
        found = (sent.astype(np.float64) - signals).astype(np.float32)
        return np.mean(signals + found == sent)

    assert abs(explained(signals) - explained(signals[::-1])) < 4 / np.sqrt(sent.size)
    steps = np.diff(np.unique(sent.astype(np.float64)))
    assert steps.min() > defence.deviation / 2048


def test_an_eavesdropper_who_averages_readings_has_less_noise():
    some = activations((1, 1, 4), count=20_000)
    once, often = noise(some), noise(some, observations=9)
    assert often.deviation == once.deviation
    channel = often.channel(4)
    assert channel.noise_deviation == pytest.approx(once.deviation / 3)
    assert channel.clip_to_noise_ratio == pytest.approx(3 * once.channel(4).clip_to_noise_ratio)
    assert channel.readings == 9
    left = send(often, some, np.random.default_rng(1)) - often.transform(tf.constant(some))
    assert np.std(left) == pytest.approx(once.deviation / 3, rel=0.02)
    assert defence_settings("noise", clip_to_noise_ratio=2, observations=9).label == (
        "noise-2-read-9-times"
    )


@pytest.mark.parametrize("bits", [1, 2, 5])
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_quantised_activations_have_as_many_values_as_their_bits_allow(shape, bits):
    some = activations(shape, count=400)
    defence = quantisation(some, bits)
    sent = send(defence, some, np.random.default_rng(1))
    for channel in range(shape[-1]):
        values = np.unique(sent[..., channel])
        level = (values - values[0]) / (values[-1] - values[0]) * (2**bits - 1)
        np.testing.assert_allclose(level, level.round(), atol=1e-3)
        assert 2 ** (bits - 1) < len(values) <= 2**bits
        np.testing.assert_allclose(
            [values[0], values[-1]], [some[..., channel].min(), some[..., channel].max()], rtol=1e-5
        )
    step = (some.max(axis=tuple(range(some.ndim - 1))) - 0) / (2**bits - 1)
    assert np.all(np.abs(sent - some) <= step / 2 + 1e-5)
    assert defence.channel(32) == Channel(32, bits=32 * bits)


def test_quantisation_sends_nothing_between_its_values():
    some = activations((1, 1, 4), count=400)
    defence = quantisation(some, 3)
    sent = send(defence, some, np.random.default_rng(1))
    # Another image of the same cell gives the same bits: no digit of the activation is left.
    again = send(defence, sent, np.random.default_rng(1))
    np.testing.assert_array_equal(again, sent)
    assert len(np.unique(sent)) <= 4 * 2**3


def test_values_beyond_the_range_of_the_calibration_are_sent_as_its_ends():
    some = np.array([[0.0, 3.0], [1.0, 3.0]], np.float32)
    defence = quantisation(some, 1)
    beyond = np.array([[-5.0, 3.0], [9.0, 7.0]], np.float32)
    sent = send(defence, beyond, np.random.default_rng(1))
    np.testing.assert_array_equal(sent, [[0, 3], [1, 3]])  # the second never varies


def test_quantisation_lets_the_attackers_gradient_through():
    some = activations((1, 1, 4))
    defence = quantisation(some, 2)
    with tf.GradientTape() as tape:
        x = tf.constant(some)
        tape.watch(x)
        total = tf.reduce_sum(3 * defence.transform(x))
    np.testing.assert_allclose(tape.gradient(total, x), 3)


def test_clipping_can_be_differentiated_at_its_centre():
    some = activations((1, 1, 4))
    defence = noise(some)
    with tf.GradientTape() as tape:
        x = tf.constant(np.array(defence.centre, np.float32)[None, None, None])
        tape.watch(x)
        total = tf.reduce_sum(defence.transform(x))
    np.testing.assert_allclose(tape.gradient(total, x).numpy(), 1, rtol=1e-5)


def test_what_never_varies_cannot_be_clipped():
    with pytest.raises(UserError, match="do not vary at all"):
        noise(np.ones((5, 1, 1, 3), np.float32))


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("none", {}),
        ("noise", {"clip_to_noise_ratio": 2, "observations": 4}),
        ("quantisation", {"bit_width": 2}),
    ],
)
def test_a_defence_and_the_device_behind_it_survive_the_disk(name, settings, tmp_path):
    some = activations((3, 2, 4))
    defence = calibrate(defence_settings(name, **settings), some)
    channel = defence.channel(24)
    assert Channel(**json.loads(json.dumps(channel.as_record()))) == channel
    image = tf.keras.Input((3, 2, 4))
    mobile = tf.keras.Model(image, tf.keras.layers.Activation("linear")(image))
    defended(mobile, defence).save(tmp_path / "device.h5")
    device = tf.keras.models.load_model(tmp_path / "device.h5", compile=False)
    sent = send(defence, some, np.random.default_rng(1))
    expected = defence.transform(tf.constant(some)).numpy()
    np.testing.assert_allclose(device.predict(some, verbose=0), expected, atol=1e-6)
    if name != "noise":
        np.testing.assert_allclose(sent, expected, atol=1e-6)


@pytest.mark.parametrize(
    ("name", "values", "said"),
    [
        (
            "noise",
            {"clip_to_noise_ratio": 0},
            "clip_to_noise_ratio' is 0; allowed is: a number above 0",
        ),
        (
            "noise",
            {"clip_to_noise_ratio": 1, "clip_quantile": 1.5},
            "clip_quantile' is 1.5; allowed is: a number above 0 and at most 1",
        ),
        (
            "noise",
            {"clip_to_noise_ratio": 1, "observations": 0},
            "is 0; allowed is: a whole number, 1 or more",
        ),
        (
            "quantisation",
            {"bit_width": 0},
            "bit_width' is 0; allowed is: a whole number from 1 to 16",
        ),
        ("noise", {}, "'wires' has neither clip_to_noise_ratio nor identified with among"),
        (
            "noise",
            {"clip_to_noise_ratio": 2, "identified": 0.1, "among": 100},
            "'wires' has clip_to_noise_ratio and identified; give one",
        ),
        ("noise", {"identified": 0.1}, "'wires' has identified without among; give both"),
        (
            "noise",
            {"clip_to_noise_ratio": 2, "among": 100},
            "'wires' has among without identified; give both",
        ),
        (
            "noise",
            {"identified": 0.05, "among": 20},
            "'wires' asks for 0.05 among 20, and guessing has 0.05; ask for more",
        ),
        (
            "codebook",
            {"identified": 0.015, "among": 100},
            "'wires' asks for 0.015 among 100, which not even 2 codewords",
        ),
        (
            "laplace",
            {},
            "'laplace'; allowed is: codebook, noise, none, quantisation, shredder or sphere",
        ),
    ],
)
def test_settings_of_defences_that_cannot_be_are_refused(name, values, said):
    with pytest.raises(UserError, match=f"^configuration: .*{said}"):
        configured(REGISTRY, name, values, ("wires",))


@pytest.mark.parametrize("readings", [1, 4])
def test_noise_is_the_least_that_promises_what_is_asked_for(readings):
    some = activations((2, 2, 4))
    asked = defence_settings("noise", identified=0.1, among=500, observations=readings)
    channel = calibrate(asked, some).channel(16)
    assert 0.098 <= promise(channel, np.array(500)) <= 0.1
    # Fewer numbers allow less noise.
    fewer = calibrate(asked, some[:, :1, :1]).channel(4)
    assert fewer.clip_to_noise_ratio > channel.clip_to_noise_ratio
    often = "-read-4-times" if readings > 1 else ""
    assert asked.label == f"noise-for-0.1-of-500{often}"


@pytest.mark.parametrize(("books", "size"), [(1, 50), (2, 7), (3, 3)])
def test_a_codebook_has_the_most_words_that_promise_what_is_asked_for(books, size):
    asked = defence_settings("codebook", identified=0.1, among=500, codebooks=books)
    assert (asked.size, asked.messages) == (size, size**books)
    assert asked.messages / 500 <= 0.1 < (size + 1) ** books / 500
    many = f"{books}x" if books > 1 else ""
    assert asked.label == f"codebook-{many}for-0.1-of-500"
    assert defence_settings("codebook", identified=0.9, among=10_000).size == 1024
