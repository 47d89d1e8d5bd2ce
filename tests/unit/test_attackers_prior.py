"""The generative prior: what it learns, its file, and the attack by it."""

import numpy as np
import pytest
import tensorflow as tf

from intercept.attackers import attacker_settings, build_attacker
from intercept.attackers.interface import Knowledge, Pairs
from intercept.attackers.judging import mean_reciprocal_rank
from intercept.attackers.prior.model import read_prior, train_prior, write_prior
from intercept.errors import UserError
from intercept.release import observe

SETTINGS = attacker_settings(
    "prior", epochs=40, batch_size=16, learning_rate=0.003, latent_size=8, steps=3
)


def bars(count, seed):
    """Two bars of ink, each at one of seven places: all that these images can be."""
    random = np.random.default_rng(seed)
    images = np.ones((count, 28, 28, 1), np.float32)
    for image, (row, column) in zip(images, random.integers(0, 7, (count, 2)), strict=True):
        image[4 * row : 4 * row + 4, 2:26] = 0
        image[2:26, 4 * column : 4 * column + 4] = 0
    return images


@pytest.fixture(scope="module")
def trained():
    return train_prior(bars(160, 1).astype(bool), bars(40, 2), SETTINGS, 1, "a prior")


def test_it_learns_to_redraw_what_it_has_not_seen(trained):
    prior, history = trained
    assert [record["epoch"] for record in history] == list(range(1, 41))
    assert history[-1]["loss"] < 0.5 * history[0]["loss"]
    held_out = bars(40, 2)
    baseline = np.mean((bars(160, 1).mean(axis=0) - held_out) ** 2)
    assert history[-1]["held_out_mse"] < 0.5 * baseline
    assert prior.encode(held_out, 16).shape == (40, 8)


def test_it_is_read_as_it_was_written(trained, tmp_path):
    prior, _ = trained
    write_prior(tmp_path / "prior.h5", prior)
    read = read_prior(tmp_path / "prior.h5")
    images = bars(5, 3)
    np.testing.assert_array_equal(read.encoder(images), prior.encoder(images))
    latents = prior.encode(images, 16)
    np.testing.assert_array_equal(read.decoder(latents), prior.decoder(latents))


def test_a_damaged_prior_is_refused(tmp_path):
    (tmp_path / "prior.h5").write_text("not a model")
    with pytest.raises(UserError, match="is not a whole Keras model"):
        read_prior(tmp_path / "prior.h5")


def test_the_attack_finds_images_that_the_model_can_draw(trained, tmp_path):
    write_prior(tmp_path / "prior.h5", trained[0])
    tf.keras.utils.set_random_seed(2)
    device = tf.keras.Sequential(
        [tf.keras.Input((28, 28, 1)), tf.keras.layers.Flatten(), tf.keras.layers.Dense(20)]
    )
    own, held_out, stolen = bars(160, 1), bars(40, 2), bars(30, 4)
    knowledge = Knowledge(
        device=device,
        own=Pairs(own, observe(device, own)),
        fitting=Pairs(own.astype(bool), observe(device, own)),
        held_out=Pairs(held_out, observe(device, held_out)),
        prior=tmp_path / "prior.h5",
    )
    observed = {"held_out": knowledge.held_out.activations, "evaluation": observe(device, stolen)}
    outcome = build_attacker(SETTINGS, 1).attack(knowledge, observed, None, "a test")
    answers = outcome.answers["evaluation"]
    assert answers.shape == stolen.shape
    assert 0 <= answers.min() <= answers.max() <= 1
    assert mean_reciprocal_rank(answers, stolen) > 0.5  # 0.13 by chance
    assert [record["step"] for record in outcome.history] == [0, 1, 2, 3]
