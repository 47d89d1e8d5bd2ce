"""An audit of the step itself: quiet over a sound one, and loud over steps that are broken."""

import numpy as np
import pytest
import tensorflow as tf
from recipe_trainers import first_moments

from intercept.accounting.sampled import epsilon_by_pld
from intercept.audit import this_mechanism
from intercept.audit.any_mechanism import epsilon_lower_bound
from intercept.audit.guesses import Canaries, guess
from intercept.audit.record import audit_record, contradictions
from intercept.audit.trainer import AuditedTrainer
from intercept.runtime.errors import UserError
from intercept.training.checkpoint import Checkpoint
from intercept.training.clipping import clipped_gradients, one_by_one
from intercept.training.loop import train
from intercept.training.noise import GaussianSumQuery
from intercept.training.recipes import recipe_settings
from intercept.training.recipes.dp_adam import trainer as dp_adam

SHAPE, CLASSES, IMAGES, DELTA = (8, 8, 1), 3, 8, 1e-5
EPOCHS, STEPS, NOISE = 8, 16, 3.0
CANARIES, GUESSES = 2000, 300


@pytest.fixture(scope="module")
def images(make_images):
    return make_images(IMAGES, shape=SHAPE, classes=CLASSES)


NOBODY = np.empty(0, np.int64)


def audited(seed=1, canaries=CANARIES, clip=0.5, mislabelled=NOBODY):
    """A training of which every step takes half of the images."""
    settings = recipe_settings(
        "dp-adam",
        noise_multiplier=NOISE,
        l2_norm_clip=clip,
        batch_size=4,
        epochs=EPOCHS,
        noise_source="seed",
        delta=DELTA,
    )
    return AuditedTrainer(canaries, mislabelled, settings, SHAPE, CLASSES, IMAGES, seed)


def take_steps(trainer, images, with_images=False):
    """By default the samples of canaries alone: a step over images takes longer."""
    for epoch in range(EPOCHS):
        for batch in trainer.batches(epoch):
            batch = batch if with_images else batch[:0]
            trainer.step(images.images[batch], images.labels[batch])
    return guess(canaries_of(trainer), GUESSES)


def canaries_of(trainer):
    return Canaries(trainer.planted.scores.numpy(), trainer.planted.included.numpy())


def is_contradicted(trainer, guesses):
    mechanism = trainer.mechanism
    return this_mechanism.contradicts(
        guesses, mechanism.noise_multiplier, mechanism.sampling_probability, STEPS, 0.95
    )


def found_by_the_gate(trainer):
    none = Canaries(np.empty(0), np.empty(0, bool))
    record = audit_record(
        trainer.mechanism, STEPS, canaries_of(trainer), trainer.planted.noise.numpy(), none
    )
    return record, contradictions(record, STATED, 0.99)


STATED = epsilon_by_pld(NOISE, 0.5, STEPS, DELTA)


@pytest.mark.slow
def test_a_sound_step_keeps_its_promise(images):
    guesses = take_steps(trainer := audited(), images, with_images=True)
    assert not is_contradicted(trainer, guesses)
    assert 0.5 < epsilon_lower_bound(guesses, DELTA, 0.95) < STATED
    record, found = found_by_the_gate(trainer)
    assert found == []
    assert record["noise"]["deviation"] == pytest.approx(1, abs=0.06)


def half_the_noise(trainer, monkeypatch):
    clip = trainer.mechanism.l2_norm_clip
    trainer._query = GaussianSumQuery(clip, clip * trainer.mechanism.noise_multiplier / 2)


def no_clipping(trainer, monkeypatch):
    monkeypatch.setattr(one_by_one, "clipping_factor", lambda square, clip: tf.constant(1.0))


def twice_the_clip(trainer, monkeypatch):
    twice = 2 * trainer.mechanism.l2_norm_clip
    trainer._summed_gradients = clipped_gradients(trainer.network, twice)


def everybody_in_every_step(trainer, monkeypatch):
    monkeypatch.setattr(dp_adam, "poisson_sample", lambda _, size, *others: np.arange(size))


@pytest.mark.parametrize(
    "fault", [half_the_noise, no_clipping, twice_the_clip, everybody_in_every_step]
)
def test_a_broken_step_is_found_out(images, fault, monkeypatch):
    trainer = audited()
    fault(trainer, monkeypatch)
    guesses = take_steps(trainer, images)
    assert is_contradicted(trainer, guesses)


def test_what_a_step_without_noise_gives_away_is_above_what_is_stated(images):
    trainer = audited()
    trainer._query = GaussianSumQuery(0.5, 0.0)
    take_steps(trainer, images)
    record, found = found_by_the_gate(trainer)
    assert record["stated"] == pytest.approx(STATED)
    assert record["this_mechanism"] > STATED
    assert "the noise has 0.0% of the deviation that is stated" in found


def test_noise_that_is_used_in_two_steps_is_found_out(images, monkeypatch):
    trainer = audited()
    new = trainer._randomness.generator

    def noise_twice(purpose, number=0):
        return new(purpose, number // 2 if purpose == "noise" else number)

    monkeypatch.setattr(trainer._randomness, "generator", noise_twice)
    take_steps(trainer, images)
    _, found = found_by_the_gate(trainer)
    assert any(one.startswith("two of 16 steps have noise with a cosine of 1.0") for one in found)


def test_canaries_that_are_accounted_for_and_never_sampled_are_found_out(images, monkeypatch):
    trainer = audited()
    every = dp_adam.poisson_sample
    monkeypatch.setattr(
        dp_adam,
        "poisson_sample",
        lambda randomness, _, *others: every(randomness, IMAGES, *others),
    )
    take_steps(trainer, images)
    _, (found,) = found_by_the_gate(trainer)
    assert found.startswith("only ")


def test_mislabelled_images_are_left_out_by_a_coin():
    trainer = audited(canaries=30, mislabelled=np.arange(IMAGES - 1))
    trainer.planted.mislabelled_included.assign(np.arange(IMAGES - 1) % 2 == 0)
    drawn = np.concatenate([batch for epoch in range(EPOCHS) for batch in trainer.batches(epoch)])
    assert set(drawn) == {0, 2, 4, 6, IMAGES - 1}


def test_a_canary_is_sampled_clipped_and_given_noise_like_an_image(images):
    trainer = audited(canaries=30, clip=0.25)
    trainer._query = GaussianSumQuery(0.25, 0.0)
    batch = next(trainer.batches(0))
    drawn = trainer._drawn
    assert len(drawn) > 0
    assert trainer.planted.included.numpy()[drawn].all()
    trainer.step(images.images[:0], images.labels[:0])
    sums = np.concatenate([4 * 10 * moment.ravel() for moment in first_moments(trainer)])
    expected = np.zeros_like(sums)
    expected[trainer.planted.weights.numpy()[drawn]] = 0.25  # each of the l2 norm clip, and alone
    np.testing.assert_allclose(sums, expected, atol=1e-6)
    assert batch.max() < IMAGES


def test_without_canaries_in_it_the_training_is_the_recipes(images):
    trainer = audited()
    trainer.planted.included.assign(np.zeros(CANARIES, bool))
    recipe = dp_adam.Trainer(
        recipe_settings(
            "dp-adam", noise_multiplier=NOISE, l2_norm_clip=0.5, batch_size=4, noise_source="seed"
        ),
        SHAPE,
        CLASSES,
        IMAGES,
        1,
    )
    recipe._randomness = trainer._randomness
    for one in (trainer, recipe):
        batch = next(one.batches(0))
        one.step(images.images[batch], images.labels[batch])
    weights = (one.network.get_weights() for one in (trainer, recipe))
    for ours, theirs in zip(*weights, strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_an_audit_has_noise_of_its_own():
    trainer = audited()
    target = dp_adam.Trainer(
        recipe_settings("dp-adam", noise_multiplier=0.7, batch_size=4, noise_source="seed"),
        SHAPE,
        CLASSES,
        IMAGES,
        1,
    )
    ours, theirs = (
        one._randomness.generator("noise", 0).standard_normal(5) for one in (trainer, target)
    )
    assert not np.any(ours == theirs)


@pytest.mark.slow
def test_an_audit_that_was_interrupted_goes_on_with_its_scores(images, tmp_path):
    whole, first, second = (audited(canaries=50) for _ in range(3))
    path = tmp_path / "audit-checkpoint.npz"
    train(whole, images, images, 2, Checkpoint(tmp_path / "other.npz", {}), "whole")
    train(first, images, images, 1, Checkpoint(path, {}), "first")
    second.planted.included.assign(
        ~second.planted.included
    )  # other coins, as the system's entropy would toss
    train(second, images, images, 2, Checkpoint(path, {}), "second")
    np.testing.assert_array_equal(second.planted.included, whole.planted.included)
    np.testing.assert_allclose(second.planted.scores, whole.planted.scores, rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(second.planted.noise, whole.planted.noise, rtol=1e-4, atol=1e-5)


def test_more_canaries_than_weights_are_refused():
    with pytest.raises(UserError, match=r"audit: canaries is 1000000, and the network has \d+"):
        audited(canaries=1_000_000)
