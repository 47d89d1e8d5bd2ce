"""What is promised of a wire, against published values, a second computation and real decoders."""

import itertools
import math

import numpy as np
import pytest
from scipy.integrate import trapezoid
from scipy.stats import chi2, norm

from intercept.bounds.promise import message_promise, noise_promise


@pytest.mark.parametrize(
    ("ratio", "dimensions", "equal_norms", "percent"),
    [
        (2, 32, False, 7.1),
        (3, 32, False, 28.9),
        (4, 32, False, 63.9),
        (2, 8, False, 3.1),
        (3, 8, False, 12.0),
        (4, 8, False, 30.6),
        (2, 32, True, 7.0),
        (3, 32, True, 28.6),
        (4, 32, True, 63.5),
        (2, 8, True, 2.7),
        (3, 8, True, 10.2),
        (4, 8, True, 26.1),
    ],
)
def test_the_promise_among_2120_equals_an_independent_computation(
    ratio, dimensions, equal_norms, percent
):
    found = 100 * noise_promise(2120, ratio, dimensions, equal_norms)
    assert found == pytest.approx(percent, abs=0.06)


def least_by_integration(candidates, ratio, dimensions):
    """The same bound from its definition: a grid of s, both errors integrated over the projection.

    Along x the reading is normal; the other D − 1 coordinates enter by a central χ² alone.
    """
    bounds = []
    for squared in 1 + np.geomspace(0.02, 20, 60) * ratio**2 / dimensions:
        at = ratio / (1 - 1 / squared)

        def below(threshold, mean, deviation, at=at):
            # P(|y − x/a|² ≤ t), y of this mean along x and this deviation everywhere
            y = np.linspace(mean - 10 * deviation, mean + 10 * deviation, 4001)
            rest = np.maximum(threshold - np.square(y - at), 0) / deviation**2
            return trapezoid(norm.pdf(y, mean, deviation) * chi2.cdf(rest, dimensions - 1), y)

        low, high = 1e-3, (at + 20 * math.sqrt(squared * dimensions)) ** 2
        for _ in range(40):
            middle = math.sqrt(low * high)
            if below(middle, 0, math.sqrt(squared)) < 1 / candidates:
                low = middle
            else:
                high = middle
        bounds.append(below(high, ratio, 1))
    return min(bounds)


@pytest.mark.parametrize(
    ("candidates", "ratio", "dimensions"), [(2120, 3.0, 8), (20, 2.0, 8), (100, 4.0, 3)]
)
def test_the_closed_form_equals_the_integrals_that_it_stands_for(candidates, ratio, dimensions):
    # The grid does not hit the least deviation exactly, and can only be above it.
    expected = least_by_integration(candidates, ratio, dimensions)
    found = float(noise_promise(candidates, ratio, dimensions, equal_norms=True))
    assert expected * 0.997 <= found <= expected * 1.0001


def rate(code, ratio, rng, draws=40000):
    """How often the nearest word of a code is the one that was sent, words equally likely."""
    code = ratio * code / np.linalg.norm(code, axis=1).max()
    sent = rng.integers(len(code), size=draws)
    seen = code[sent] + rng.normal(size=(draws, code.shape[1]))
    near = np.argmin(np.square(code).sum(axis=1) - 2 * seen @ code.T, axis=1)
    return np.mean(near == sent)


def simplex(count):
    return np.eye(count) - 1 / count


def random_code(count, dimensions, equal):
    words = np.random.default_rng(count).normal(size=(count, dimensions))
    length = np.linalg.norm(words, axis=1, keepdims=True)
    return words / (length if equal else 1)


CODES = {
    "two opposite": np.array([[1.0], [-1.0]]),
    "simplex of 20": simplex(20),
    "20 orthogonal": np.eye(20),
    "2,120 at random on a sphere": random_code(2120, 8, equal=True),
    "2,120 at random of unequal norms": random_code(2120, 8, equal=False),
    "all corners of a cube": np.array(list(itertools.product([-1.0, 1.0], repeat=8))),
}


@pytest.mark.parametrize("name", CODES)
@pytest.mark.parametrize("ratio", [0.5, 2.0, 4.0])
@pytest.mark.slow
def test_no_optimal_decoder_of_a_code_gets_more_than_is_promised(name, ratio):
    code = CODES[name]
    found = rate(code, ratio, np.random.default_rng(3))
    error = math.sqrt(found * (1 - found) / 40000)
    promised = float(noise_promise(len(code), ratio, code.shape[1]))
    assert found - 4 * error <= promised
    lengths = np.linalg.norm(code, axis=1)
    if np.ptp(lengths) < 1e-9:
        on_sphere = float(noise_promise(len(code), ratio, code.shape[1], equal_norms=True))
        assert found - 4 * error <= on_sphere <= promised * (1 + 1e-6)


def test_two_opposite_signals_attain_the_promise():
    for ratio in (0.3, 1.0, 2.5):
        assert noise_promise(2, ratio, 1) == pytest.approx(norm.cdf(ratio), rel=1e-9)


def test_a_simplex_comes_near_the_promise():
    # Twenty words in 19 dimensions have 86.2 % at ratio 3, and no code more than 90.2 %.
    found = rate(simplex(20), 3.0, np.random.default_rng(4), draws=200_000)
    assert found == pytest.approx(0.862, abs=0.004)
    assert 0.88 < noise_promise(20, 3.0, 19) < 0.93


@pytest.mark.parametrize("dimensions", [1, 2, 8, 32, 512, 20_000])
def test_the_promise_is_never_looser_than_by_clip_and_noise_alone(dimensions):
    for ratio in (1e-6, 1e-3, 0.1, 1, 2, 4, 8, 30, 200):
        sizes = np.array([1, 2, 20, 2120, 10**6])
        found = noise_promise(sizes, ratio, dimensions)
        assert (found <= norm.cdf(norm.ppf(1 / sizes) + ratio) * (1 + 1e-12)).all()
        assert (found >= 1 / sizes * (1 - 1e-9)).all()
        assert found[0] == 1


def test_the_promise_grows_with_the_ratio_and_the_dimensions_and_falls_with_the_candidates():
    ratios = [0.5, 1, 2, 3, 4, 6, 9]
    by_ratio = [float(noise_promise(2120, ratio, 8)) for ratio in ratios]
    assert (np.diff(by_ratio) > 0).all()
    by_width = [float(noise_promise(2120, 3, width)) for width in (2, 4, 8, 32, 128, 1024)]
    assert (np.diff(by_width) > 0).all()
    by_size = noise_promise(np.array([2, 3, 20, 100, 2120, 10**5]), 3, 8)
    assert (np.diff(by_size) < 0).all()


def test_readings_count_as_their_root():
    # Four readings of ratio 1 are one of ratio 2: shown with a decoder that has all four.
    rng = np.random.default_rng(5)
    code = simplex(20)
    code = code / np.linalg.norm(code, axis=1).max()
    sent = rng.integers(20, size=40000)
    seen = code[sent][:, np.newaxis] + rng.normal(size=(40000, 4, 20))
    near = np.argmax(seen.sum(axis=1) @ code.T, axis=1)
    found = np.mean(near == sent)
    assert found > noise_promise(20, 1.0, 20)
    assert found <= noise_promise(20, 2.0, 20)


def test_few_messages_name_few_candidates():
    assert message_promise(2120, math.log2(20)) == pytest.approx(20 / 2120)
    np.testing.assert_allclose(message_promise(np.array([1, 4, 32, 500]), 5), [1, 1, 1, 0.064])
    assert message_promise(10**6, 4096.0) == 1
    assert message_promise(7, 0) == pytest.approx(1 / 7)


def test_no_decoder_of_few_messages_gets_more_than_is_promised():
    rng = np.random.default_rng(6)
    for messages in (2, 20, 64):
        sent = rng.integers(messages, size=2120)  # any map from inputs to messages
        named = len(np.unique(sent)) / 2120  # the best decoder: one input for each message
        assert named <= message_promise(2120, math.log2(messages)) * (1 + 1e-12)
