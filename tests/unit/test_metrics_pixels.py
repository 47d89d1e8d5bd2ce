"""Scores of single images: by hand, and against scikit-image."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from skimage.metrics import peak_signal_noise_ratio, structural_similarity
from sklearn.metrics import f1_score

from intercept.metrics import pixels
from intercept.metrics.pixels import ink_f1, psnr, squared_error, ssim
from intercept.runtime.errors import UserError


def pictures(*rows):
    """Images of 2×2 pixels."""
    return np.array(rows, np.float32).reshape(len(rows), 2, 2, 1)


def noisy(shape, seed=0):
    """Black and white images and reconstructions that are near them."""
    random = np.random.default_rng(seed)
    images = (random.random(shape) < 0.8).astype(np.float32)
    rebuilt = np.clip(images + random.normal(0, 0.3, shape), 0, 1).astype(np.float32)
    return rebuilt, images


def test_squared_error_by_hand():
    images = pictures([0, 1, 1, 1], [1, 1, 1, 1])
    rebuilt = pictures([0.5, 1, 1, 0], [1, 1, 1, 1])
    assert squared_error(rebuilt, images).tolist() == [1.25 / 4, 0]


def test_squared_error_of_many_small_differences_is_exact():
    images = np.zeros((300, 105, 105, 1), np.float32)
    expected = float(np.float32(0.1)) ** 2
    assert squared_error(images + np.float32(0.1), images) == pytest.approx(expected, rel=1e-12)


def test_psnr_by_hand():
    images = pictures([1, 1, 1, 1], [0, 0, 0, 0], [0, 1, 1, 1])
    rebuilt = pictures([0.9, 0.9, 0.9, 0.9], [1, 1, 1, 1], [0, 1, 1, 1])
    assert psnr(rebuilt, images) == pytest.approx([20, 0, 100], abs=1e-5)


@pytest.mark.parametrize("offset", [0, 1e-6, 1e-5, 1e-4])
def test_psnr_is_finite_and_never_falls_as_the_image_nears(offset):
    images = np.zeros((1, 3, 3, 1), np.float32)
    expected = min(-20 * np.log10(offset), 100) if offset else 100
    assert psnr(images + np.float32(offset), images) == pytest.approx([expected], rel=1e-6)


@pytest.mark.parametrize("shape", [(28, 28, 1), (32, 32, 3), (105, 105, 1), (11, 30, 1)])
def test_psnr_and_ssim_are_those_of_scikit_image(shape):
    rebuilt, images = noisy((3, *shape))
    peak = [
        peak_signal_noise_ratio(*pair, data_range=1) for pair in zip(images, rebuilt, strict=True)
    ]
    similarity = [
        # Every channel by itself, in float64.
        np.mean(
            [
                structural_similarity(
                    image[..., channel].astype(np.float64),
                    guess[..., channel].astype(np.float64),
                    data_range=1,
                    win_size=11,
                    gaussian_weights=True,
                    sigma=1.5,
                    use_sample_covariance=False,
                )
                for channel in range(shape[2])
            ]
        )
        for image, guess in zip(images, rebuilt, strict=True)
    ]
    assert psnr(rebuilt, images) == pytest.approx(peak, rel=1e-6)
    assert ssim(rebuilt, images) == pytest.approx(similarity, abs=1e-9)


def test_ssim_of_flat_images_by_hand():
    """Without variance the formula leaves (2ab + C1) / (a² + b² + C1) with C1 = 0.01²."""
    ones = np.ones((2, 28, 28, 1), np.float32)
    rebuilt = ones * np.array([1, 0.5], np.float32).reshape(2, 1, 1, 1)
    expected = [1, (2 * 0.5 + 1e-4) / (1 + 0.25 + 1e-4)]
    assert ssim(rebuilt, ones) == pytest.approx(expected, abs=1e-5)


def test_ssim_refuses_images_smaller_than_its_window():
    rebuilt, images = noisy((2, 10, 28, 1))
    with pytest.raises(UserError) as refused:
        ssim(rebuilt, images)
    assert "at least 11×11 pixels, received 10×28" in str(refused.value)


def test_ink_f1_by_hand():
    images = pictures([0, 0, 1, 1], [1, 1, 1, 1], [0, 1, 1, 1], [1, 1, 1, 1], [0, 0, 0, 0])
    rebuilt = pictures([0, 1, 0, 0], [1, 0.5, 1, 1], [1, 0, 1, 1], [0, 1, 1, 1], [0.4, 0, 0, 0.49])
    # Precision 1/3 and recall 1/2; no ink; ink beside ink; ink on paper; all of it.
    assert ink_f1(rebuilt, images) == pytest.approx([0.4, 1, 0, 0, 1])


values = st.lists(st.sampled_from([0.0, 0.4, 0.6, 1.0]), min_size=4, max_size=4)


@given(st.lists(st.tuples(values, values), min_size=1, max_size=5))
@settings(max_examples=30, deadline=None, derandomize=True, database=None)
def test_ink_f1_is_that_of_scikit_learn(pairs):
    ink = np.array(pairs) < 0.5
    expected = [f1_score(true, guess, zero_division=1.0) for guess, true in ink]
    rebuilt, images = (pictures(*rows) for rows in zip(*pairs, strict=True))
    assert ink_f1(rebuilt, images) == pytest.approx(expected)


@pytest.mark.parametrize("score", [squared_error, psnr, ssim, ink_f1])
def test_scores_are_of_single_images_whatever_the_block(score, monkeypatch):
    rebuilt, images = noisy((7, 12, 12, 2))
    rebuilt[3] = images[3]
    together = score(rebuilt, images)
    assert together.dtype == np.float64 and together.shape == (7,)
    monkeypatch.setattr(pixels, "_BLOCK", 3)
    assert score(rebuilt, images).tolist() == together.tolist()
    alone = [score(rebuilt[k : k + 1], images[k : k + 1])[0] for k in range(7)]
    assert alone == together.tolist()
    best = score(images, images)[0]
    assert together[3] == best and (np.delete(together, 3) != best).all()
