"""The generative prior: what it learns, its file, and the attack by it."""

from dataclasses import replace

import numpy as np
import pytest
import tensorflow as tf
from attacks import attack, folds_of, image_set

from intercept.arrays.stored_images import StoredImages
from intercept.attackers import attacker_settings
from intercept.attackers.auxiliary import part_name
from intercept.attackers.judging import mean_reciprocal_rank
from intercept.attackers.prior.model import read_prior, train_prior, write_priors
from intercept.devices.activations import observe
from intercept.runtime.errors import UserError

SETTINGS = attacker_settings(
    "prior", epochs=20, batch_size=16, learning_rate=0.003, latent_size=8, steps=3
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
    return train_prior(
        StoredImages(bars(160, 1).astype(bool)), StoredImages(bars(40, 2)), SETTINGS, 1, "a prior"
    )


@pytest.mark.slow
def test_it_learns_to_redraw_what_it_has_not_seen(trained):
    prior, history = trained
    assert [record["epoch"] for record in history] == list(range(1, 21))
    assert history[-1]["loss"] < 0.5 * history[0]["loss"]
    held_out = bars(40, 2)
    baseline = np.mean((bars(160, 1).mean(axis=0) - held_out) ** 2)
    assert history[-1]["held_out_mse"] < 0.5 * baseline
    assert prior.encode(StoredImages(held_out), 16).shape == (40, 8)


def test_it_is_read_as_it_was_written(trained, tmp_path):
    prior, _ = trained
    write_priors(tmp_path / "prior.h5", {"all": prior}, SETTINGS)
    read = read_prior(tmp_path / "prior.h5", "all")
    images = bars(5, 3)
    np.testing.assert_array_equal(read.encoder(images), prior.encoder(images))
    latents = prior.encode(StoredImages(images), 16)
    np.testing.assert_array_equal(read.decoder(latents), prior.decoder(latents))
    np.testing.assert_array_equal(read.latents, prior.latents)
    np.testing.assert_array_equal(prior.latents, prior.encode(StoredImages(bars(160, 1)), 256))


def test_a_damaged_prior_is_refused(tmp_path):
    (tmp_path / "prior.h5").write_text("not a model")
    with pytest.raises(UserError, match="is damaged or holds no prior 'all'"):
        read_prior(tmp_path / "prior.h5", "all")


@pytest.fixture(scope="module")
def attacked(tmp_path_factory):
    """A device part, an owner of two labels, and the models without each of these."""
    tf.keras.utils.set_random_seed(2)
    device = tf.keras.Sequential(
        [tf.keras.Input((28, 28, 1)), tf.keras.layers.Flatten(), tf.keras.layers.Dense(20)]
    )
    path = tmp_path_factory.mktemp("priors") / "prior.h5"
    folds = folds_of(device, image_set(bars(320, 1), np.arange(320) // 160), prior=path)
    priors, auxiliary = {}, folds.auxiliary
    for fold in (None, 0, 1):
        images = auxiliary.images.select(auxiliary.lessons[fold].rows)
        priors[part_name(fold)], _ = train_prior(images, None, SETTINGS, 1, "a prior")
    write_priors(path, priors, SETTINGS)
    return folds


@pytest.mark.slow
def test_the_attack_finds_images_that_the_model_can_draw(attacked):
    stolen = bars(30, 4)
    answers, outcome = attack(SETTINGS, attacked, observe(attacked.device, stolen))
    given = answers["evaluation"]
    assert given.shape == stolen.shape
    assert 0 <= given.min() <= given.max() <= 1
    assert mean_reciprocal_rank(given, stolen) > 0.5  # 0.13 by chance
    assert [record["step"] for record in outcome.history] == [0, 1, 2, 3]
    own = attacked.own.images[attacked.auxiliary.sample]
    assert mean_reciprocal_rank(answers["held_out"][:30], own[:30]) > 0.5
    assert mean_reciprocal_rank(answers["held_out"][-30:], own[-30:]) > 0.5


@pytest.mark.slow
def test_a_wire_that_carries_nothing_is_answered(attacked):
    silent = tf.keras.Sequential(
        [attacked.device, tf.keras.layers.Rescaling(0.0), tf.keras.layers.ReLU()]
    )
    folds = replace(attacked, device=silent, activations=np.zeros_like(attacked.activations))
    answers, _ = attack(SETTINGS, folds, np.zeros((3, 20), np.float32))
    assert np.isfinite(answers["evaluation"]).all()
