"""Answers that are trained to be recognised, and the components that they consist of."""

import numpy as np
import pytest
import tensorflow as tf
from sklearn.metrics.pairwise import euclidean_distances

from intercept.attackers import attacker_settings, build_attacker
from intercept.attackers.components import (
    coordinates,
    painted,
    principal_components,
    squared_distances,
    squared_errors,
)
from intercept.attackers.interface import Knowledge, Pairs
from intercept.attackers.judging import mean_reciprocal_rank
from intercept.hdf5 import whole_hdf5
from intercept.release import load_network, observe

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
    components = principal_components(images, seed=1)
    shares = np.random.default_rng(2).normal(0, 2, (60, components.n_components_))
    return images, components, shares.astype(np.float32)


def test_distances_within_components_are_those_of_pixels(pieces):
    images, components, shares = pieces
    true = coordinates(components, images > 0.5)
    answers = painted(tf.keras.Input(shares.shape[1:]), components, images.shape[1:])
    pixels = components.mean_ + shares @ components.components_
    expected = euclidean_distances(pixels, images.reshape(60, -1), squared=True)
    np.testing.assert_allclose(squared_distances(true, shares), expected, rtol=1e-4)
    np.testing.assert_allclose(squared_errors(true, shares), np.diag(expected), rtol=1e-4)
    assert answers.shape[1:] == images.shape[1:]


@pytest.fixture(scope="module")
def attacked():
    """A device part that keeps 6 sums of pixels, and what two attackers make of them."""
    tf.keras.utils.set_random_seed(3)
    device = tf.keras.Sequential(
        [tf.keras.Input((SIDE, SIDE, 1)), tf.keras.layers.Flatten(), tf.keras.layers.Dense(6)]
    )
    own, held_out, stolen = scribbles(2000, 1), scribbles(60, 2), scribbles(200, 3)
    knowledge = Knowledge(
        device=device,
        own=Pairs(own, observe(device, own)),
        fitting=Pairs(own.astype(bool), observe(device, own)),
        held_out=Pairs(held_out, observe(device, held_out)),
    )
    observed = {"held_out": knowledge.held_out.activations, "evaluation": observe(device, stolen)}
    outcomes = {}
    for name in ("decoder", "contrastive"):
        settings = attacker_settings(name, epochs=10, batch_size=64)
        outcomes[name] = build_attacker(settings, 1).attack(knowledge, observed, None, name)
    return outcomes, observed["evaluation"], stolen


def test_its_answers_are_recognised_where_the_likeliest_image_is_not(attacked):
    outcomes, _, stolen = attacked
    rank = {
        name: mean_reciprocal_rank(outcome.answers["evaluation"], stolen)
        for name, outcome in outcomes.items()
    }
    assert rank["contrastive"] > 1.4 * rank["decoder"]


def test_its_answers_are_images_and_its_network_gives_them_again(attacked, tmp_path):
    outcomes, seen, stolen = attacked
    outcome = outcomes["contrastive"]
    answers = outcome.answers["evaluation"]
    assert answers.shape == stolen.shape
    assert 0 <= answers.min() < 0.2 < 0.8 < answers.max() <= 1
    losses = [record["held_out_loss"] for record in outcome.history]
    assert losses[-1] < losses[0]
    with whole_hdf5(tmp_path / "attacker.h5") as file:
        outcome.network.save(file)
    again = load_network(tmp_path / "attacker.h5").predict(seen, batch_size=256, verbose=0)
    np.testing.assert_array_equal(again, answers)
