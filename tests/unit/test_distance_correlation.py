"""Distance correlation and its gradient, beside its definition."""

import numpy as np
import pytest
import tensorflow as tf

from intercept.training.distance_correlation import distance_correlation


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
