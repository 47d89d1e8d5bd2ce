"""Bounds on a noisy wire, against known answers and against the best attack there is."""

import math

import numpy as np
import pytest
import tensorflow as tf
from scipy.integrate import quad
from scipy.stats import norm

from intercept.attackers import attacker_settings, build_attacker
from intercept.bounds import fano, gaussian
from intercept.bounds.fisher import dfil
from intercept.bounds.record import bounds_record
from intercept.datasets.cache import ImageSet
from intercept.defences import calibrate, defence_settings
from intercept.metrics.leakage import rank_scores, summarise
from intercept.wire import send


@pytest.mark.parametrize(("ratio", "share"), [(1, 0.008), (2, 0.079), (3, 0.34)])
def test_the_ceiling_has_its_published_values_among_3120(ratio, share):
    assert gaussian.identification_ceiling(3120, ratio) == pytest.approx(share, rel=0.03)


def test_the_ceiling_is_chance_without_a_signal_and_certainty_with_an_endless_one():
    candidates = np.array([2, 20, 2120])
    np.testing.assert_allclose(gaussian.identification_ceiling(candidates, 0), 1 / candidates)
    np.testing.assert_allclose(gaussian.identification_ceiling(candidates, 50), 1)
    assert gaussian.identification_ceiling(1, 0.3) == 1


def intercepted(signals, characters, ratio, observations=1, seed=3):
    """What retrieval, which is Bayes-optimal here, gets of signals behind noise."""
    settings = defence_settings(
        "noise", clip_to_noise_ratio=ratio, clip_quantile=1.0, observations=observations
    )
    defence = calibrate(settings, signals)
    sent = send(defence, signals, np.random.default_rng(seed))
    retrieval = build_attacker(attacker_settings("retrieval"), seed)
    roles = {"held_out": sent[:1], "evaluation": sent}
    answers = retrieval.attack(None, roles, None, "toy").answers["evaluation"]
    clean = defence.transform(tf.constant(signals)).numpy()
    scores = rank_scores(answers, clean, characters)
    return defence, summarise(scores, np.zeros_like(characters), characters, seed)


@pytest.mark.parametrize(("ratio", "observations"), [(0.5, 1), (1.0, 1), (0.5, 4)])
def test_the_best_attack_on_two_opposite_signals_meets_the_ceiling(ratio, observations):
    characters = np.arange(4000) // 2
    signals = np.tile([[3.0, 0.0], [-3.0, 0.0]], (2000, 1)).astype(np.float32)
    defence, found = intercepted(signals, characters, ratio, observations)
    within = found["within_character"]
    ceiling = gaussian.identification_ceiling(2, defence.clip_to_noise_ratio)
    assert ceiling == pytest.approx(norm.cdf(ratio * math.sqrt(observations)), rel=1e-4)
    assert within["low"] <= ceiling <= within["high"]
    assert within["high"] - within["low"] < 0.05


@pytest.mark.parametrize("ratio", [1.0, 2.0])
def test_the_best_attack_on_twenty_orthogonal_signals_stays_below_its_ceiling(ratio):
    characters = np.arange(8000) // 20
    signals = np.tile(np.eye(20, dtype=np.float32), (400, 1))
    defence, found = intercepted(signals, characters, ratio)
    within = found["within_character"]
    ceiling = gaussian.identification_ceiling(20, ratio)
    assert within["high"] < ceiling
    # Known answer: the right one of twenty orthogonal signals of norm s is the greatest. About
    # their mean they have norm R = s √(19/20).
    strength = ratio / math.sqrt(19 / 20)
    best, _ = quad(lambda x: norm.pdf(x - strength) * norm.cdf(x) ** 19, -10, 20)
    assert within["low"] <= best <= within["high"]
    assert defence.clip_to_noise_ratio == pytest.approx(ratio, rel=1e-5)


def test_information_of_gaussian_channels_has_its_closed_form():
    # Two signals ±s on each of three axes: variance s² each, and no covariance.
    grid = np.array(np.meshgrid([-1, 1], [-2, 2], [-3, 3])).reshape(3, -1).T.astype(np.float32)
    expected = sum(math.log(1 + s**2 / 0.25) / 2 for s in (1, 2, 3))
    assert fano.gaussian_information(grid, 0.5) == pytest.approx(expected, rel=1e-6)
    assert fano.gaussian_information(grid + 7, 0.5) == pytest.approx(expected, rel=1e-6)
    assert fano.gaussian_information(grid[:1], 0.5) == 0


def test_information_is_never_less_than_what_a_binary_signal_says():
    signals = np.array([[-1.0], [1.0]], np.float32)
    for deviation in (0.3, 1.0, 3.0):

        def density(y, deviation=deviation):
            return (norm.pdf(y, -1, deviation) + norm.pdf(y, 1, deviation)) / 2

        entropy, _ = quad(lambda y, f=density: -f(y) * math.log(f(y) + 1e-300), -15, 15, limit=200)
        said = entropy - math.log(2 * math.pi * math.e * deviation**2) / 2
        assert 0 < said < fano.gaussian_information(signals, deviation)


@pytest.mark.parametrize(
    ("information", "candidates", "ceiling"),
    [
        (0.0, 2120, math.log(2) / math.log(2120)),
        (math.log(2), 1024, 0.2),
        (100.0, 2120, 1.0),
        (0.0, 1, 1.0),
    ],
)
def test_fanos_ceiling(information, candidates, ceiling):
    assert fano.identification_ceiling(information, candidates) == pytest.approx(ceiling)


def test_dfil_of_a_linear_device_part_is_exact_but_for_its_probes():
    random = np.random.default_rng(1)
    matrix = random.normal(size=(12, 5)).astype(np.float32)
    image = tf.keras.Input((3, 4, 1))
    dense = tf.keras.layers.Dense(5, use_bias=False)
    device = tf.keras.Model(image, dense(tf.keras.layers.Flatten()(image)))
    dense.set_weights([matrix])
    images = random.random((40, 3, 4, 1)).astype(np.float32)
    found = dfil(device, images, noise_deviation=0.5, probes=64, seed=2)
    assert found.shape == (40,)
    expected = np.sum(np.square(matrix)) / (0.5**2 * 12)
    assert found.mean() == pytest.approx(expected, rel=0.03)


def test_dfil_of_a_bent_device_part_is_that_of_its_jacobian():
    random = np.random.default_rng(1)
    image = tf.keras.Input((3, 4, 1))
    x = tf.keras.layers.Flatten()(image)
    device = tf.keras.Model(image, tf.keras.layers.Dense(3, activation="tanh")(x))
    images = random.random((4, 3, 4, 1)).astype(np.float32)
    found = dfil(device, images, noise_deviation=2.0, probes=4000, seed=2)
    with tf.GradientTape() as tape:
        some = tf.constant(images)
        tape.watch(some)
        answers = device(some)
    jacobian = tape.batch_jacobian(answers, some).numpy().reshape(4, 3, 12)
    expected = np.sum(np.square(jacobian), axis=(1, 2)) / (2.0**2 * 12)
    np.testing.assert_allclose(found, expected, rtol=0.1)


@pytest.fixture(scope="module")
def evaluation():
    random = np.random.default_rng(4)
    return ImageSet(
        images=random.random((60, 3, 4, 1)).astype(np.float32),
        labels=np.zeros(60, np.int64),
        characters=np.repeat([0, 1, 2], [30, 20, 10]),
        seen=np.zeros(60, bool),
    )


def device_of(defence):
    image = tf.keras.Input((3, 4, 1))
    return tf.keras.Model(image, defence.transform(tf.keras.layers.Flatten()(image)))


def test_a_record_has_the_ceilings_of_each_group(evaluation):
    flat = evaluation.images.reshape(60, -1)
    defence = calibrate(defence_settings("noise", clip_to_noise_ratio=1.5), flat)
    record = bounds_record(defence, device_of(defence), evaluation, seed=1)
    assert record["clip_to_noise_ratio"] == pytest.approx(1.5)
    assert record["seen"] is None
    top1, within = record["unseen"]["top1"], record["unseen"]["within_character"]
    assert top1["gaussian"] == pytest.approx(norm.cdf(norm.ppf(1 / 60) + 1.5))
    # A mean over the images, of which half have thirty candidates.
    sizes = np.array([30, 20, 10])
    of_each = norm.cdf(norm.ppf(1 / sizes) + 1.5)
    assert within["gaussian"] == pytest.approx(np.average(of_each, weights=sizes))
    assert 0 < top1["fano"] <= 1
    assert record["dfil"] > 0


@pytest.mark.parametrize(
    ("name", "settings"), [("none", {}), ("quantisation", {"bit_width": 1})], ids=lambda v: str(v)
)
def test_what_follows_from_the_input_has_no_bound(evaluation, name, settings):
    defence = calibrate(defence_settings(name, **settings), evaluation.images.reshape(60, -1))
    assert bounds_record(defence, device_of(defence), evaluation, seed=1) is None
