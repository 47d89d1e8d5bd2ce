"""Answers that are trained to be recognised, and the components that they consist of."""

import numpy as np
import pytest
import tensorflow as tf
from attacks import attack, folds_of, image_set
from sklearn.metrics.pairwise import euclidean_distances

from intercept.arrays.hdf5 import whole_hdf5
from intercept.arrays.stored_images import StoredImages
from intercept.attackers import attacker_settings
from intercept.attackers.components import (
    coordinates,
    painter,
    principal_components,
    squared_distances,
    squared_errors,
)
from intercept.attackers.judging import mean_reciprocal_rank
from intercept.devices.activations import observe
from intercept.networks.model_file import load_network

SIDE = 12


def scribbles(count, seed):
    """Five dots of ink each, 2×2 pixels, anywhere."""
    random = np.random.default_rng(seed)
    images = np.ones((count, SIDE, SIDE, 1), np.float32)
    for image in images:
        for row, column in random.integers(0, SIDE - 1, (5, 2)):
            image[row : row + 2, column : column + 2] = 0
    return images


@pytest.fixture(scope="module")
def pieces():
    """Images, components of them, and answers within the components."""
    images = scribbles(60, 1)
    components = principal_components(StoredImages(images), 256, seed=1)
    shares = np.random.default_rng(2).normal(0, 2, (60, len(components.axes)))
    return images, components, shares.astype(np.float32)


def test_distances_within_components_are_those_of_pixels(pieces):
    images, components, shares = pieces
    true = coordinates(components, StoredImages(images > 0.5))
    pixels = components.mean + shares @ components.axes
    expected = euclidean_distances(pixels, images.reshape(60, -1), squared=True)
    np.testing.assert_allclose(squared_distances(true, shares), expected, rtol=1e-4)
    np.testing.assert_allclose(squared_errors(true, shares), np.diag(expected), rtol=1e-4)
    painted = painter(components, images.shape[1:])(shares)
    np.testing.assert_allclose(painted, np.clip(pixels, 0, 1).reshape(images.shape), atol=1e-4)


@pytest.fixture(scope="module")
def attacked():
    """A device part that keeps 6 sums of pixels, and what two attackers make of them."""
    tf.keras.utils.set_random_seed(3)
    device = tf.keras.Sequential(
        [tf.keras.Input((SIDE, SIDE, 1)), tf.keras.layers.Flatten(), tf.keras.layers.Dense(6)]
    )
    own, stolen = scribbles(1000, 1), scribbles(200, 3)
    folds, seen = folds_of(device, image_set(own, np.arange(1000) // 500)), observe(device, stolen)
    found = {}
    for name in ("decoder", "contrastive"):
        settings = attacker_settings(name, epochs=10, batch_size=64)
        found[name] = attack(settings, folds, seen)
    return found, folds, seen, stolen


@pytest.mark.slow
def test_its_answers_are_recognised_where_the_likeliest_image_is_not(attacked):
    found, folds, _, stolen = attacked
    sample = folds.own.images[folds.auxiliary.sample]
    for role, images in (("evaluation", stolen), ("held_out", sample)):
        rank = {
            name: mean_reciprocal_rank(answers[role], images)
            for name, (answers, _) in found.items()
        }
        assert rank["contrastive"] > 1.3 * rank["decoder"]


@pytest.mark.slow
def test_its_answers_are_images_and_its_network_gives_them_again(attacked, tmp_path):
    found, _, seen, stolen = attacked
    answers, outcome = found["contrastive"]
    given = answers["evaluation"]
    assert given.shape == stolen.shape
    assert 0 <= given.min() < 0.2 < 0.8 < given.max() <= 1
    losses = [record["held_out_loss"] for record in outcome.history]
    assert losses[-1] < losses[0]
    with whole_hdf5(tmp_path / "attacker.h5") as file:
        outcome.network.save(file)
    again = load_network(tmp_path / "attacker.h5")(seen)
    np.testing.assert_allclose(again, given, atol=1e-6)


def test_components_are_of_what_varies_alone():
    images = scribbles(60, 1)
    images[:, :, SIDE // 2 :] = 1
    components = principal_components(StoredImages(images), 256, seed=1)
    centred = images.reshape(60, -1) - images.reshape(60, -1).mean(axis=0, dtype=np.float64)
    assert len(components.axes) == np.linalg.matrix_rank(centred)
    few = principal_components(StoredImages(np.repeat(images[:4], 15, axis=0)), 256, seed=1)
    assert len(few.axes) == 3
    axes = few.axes.reshape(3, SIDE, SIDE)
    assert np.abs(axes[:, :, SIDE // 2 :]).max() < 1e-5
    np.testing.assert_allclose(few.axes @ few.axes.T, np.eye(3), atol=1e-5)
    for one in (images[:1], np.repeat(images[:1], 3, axis=0)):
        alone = principal_components(StoredImages(one), 256, seed=1)
        np.testing.assert_array_equal(alone.mean, one[0].ravel())
        assert np.isfinite(coordinates(alone, StoredImages(images))).all()
