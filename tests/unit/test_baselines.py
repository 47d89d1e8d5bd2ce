"""Floors and ceilings, where the answer is known."""

import numpy as np
import pytest

from intercept.arrays.stored_images import StoredImages
from intercept.baselines import images as baselines
from intercept.baselines.autoencoder import train_autoencoder

RANDOM = np.random.default_rng(7)
OWN = RANDOM.random((12, 6, 5, 1)).astype(np.float32)
IMAGES = RANDOM.random((4, 6, 5, 1)).astype(np.float32)


def test_answers_that_need_no_image():
    assert (baselines.blank_image(StoredImages(IMAGES), StoredImages(OWN.clip(0.6, 1))) == 1).all()
    assert (baselines.blank_image(StoredImages(IMAGES), StoredImages(OWN.clip(0, 0.4))) == 0).all()
    mean = baselines.mean_image(StoredImages(IMAGES), StoredImages(OWN))
    assert mean.shape == IMAGES.shape
    np.testing.assert_allclose(mean[3], OWN.mean(axis=0), rtol=1e-6)


def test_the_nearest_own_image_is_that_of_least_squared_error():
    found = baselines.nearest_own_image(StoredImages(IMAGES), StoredImages(OWN))
    for image, answer in zip(IMAGES, found, strict=True):
        errors = np.square(OWN - image).mean(axis=(1, 2, 3))
        np.testing.assert_array_equal(answer, OWN[errors.argmin()])


@pytest.mark.parametrize("width", [2, 100])
def test_principal_components_are_the_best_of_their_width(width):
    rebuilt = baselines.principal_components(StoredImages(OWN), StoredImages(OWN), width)
    flat = OWN.reshape(12, -1).astype(np.float64)
    mean = flat.mean(axis=0)
    left, values, right = np.linalg.svd(flat - mean, full_matrices=False)
    best = mean + (left[:, :width] * values[:width]) @ right[:width]
    np.testing.assert_allclose(rebuilt.reshape(12, -1), np.clip(best, 0, 1), atol=1e-5)


def test_a_predicted_class_shows_the_mean_of_the_attackers_images_of_that_class():
    own_classes = np.array([0, 1] * 6)
    found = baselines.mean_of_predicted_class(
        np.array([1, 0, 9, 1]), StoredImages(OWN), own_classes
    )
    np.testing.assert_allclose(found[0], OWN[1::2].mean(axis=0), rtol=1e-6)
    np.testing.assert_allclose(found[1], OWN[::2].mean(axis=0), rtol=1e-6)
    # No image of the attacker's is taken for class 9.
    np.testing.assert_allclose(found[2], OWN.mean(axis=0), rtol=1e-6)


def test_an_autoencoder_rebuilds_more_than_the_mean_image():
    random = np.random.default_rng(3)
    drawn = np.ones((400, 28, 28, 1), bool)
    for image in drawn:
        row, column = random.integers(0, 22, 2)
        image[row : row + 6, column : column + 6] = False
    fitting, held_out = drawn[:320], drawn[320:]
    autoencoder, history = train_autoencoder(StoredImages(fitting), 4, seed=1, name="squares")
    assert len(history) == 10  # as often as it may, for so few images
    rebuilt = autoencoder.predict(held_out.astype(np.float32), verbose=0)
    assert history[-1]["mse"] < 0.9 * history[0]["mse"]
    error = np.square(rebuilt - held_out).mean()
    mean_error = np.square(fitting.mean(axis=0) - held_out).mean()
    assert error < 0.9 * mean_error
