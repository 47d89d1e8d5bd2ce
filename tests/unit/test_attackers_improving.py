"""What white-box attackers share: activation matching, sharpening, and how many steps they take."""

import numpy as np
import pytest
import tensorflow as tf
from attacks import attack, folds_of, image_set

from intercept.arrays.stored_images import StoredImages
from intercept.attackers import attacker_settings, improving
from intercept.attackers.activation_matching import MatchingLoss
from intercept.attackers.answers import as_stored
from intercept.attackers.improving import choose_steps, improve, improve_each
from intercept.attackers.judging import mean_reciprocal_rank
from intercept.attackers.sharpening import choose_sharpness, sharpen

RANDOM = np.random.default_rng(11)
FACTORS = attacker_settings("refine").sharpenings


@pytest.fixture(scope="module")
def device():
    """Sums of columns, a sum that varies by thousands, and a number that never varies."""
    layers = tf.keras.layers
    image = tf.keras.Input((6, 6, 1))
    columns = layers.Lambda(lambda x: tf.reduce_sum(x, axis=(1, 3)))(image)
    total = layers.Lambda(lambda x: 1000 * tf.reduce_sum(x, axis=1, keepdims=True))(columns)
    still = layers.Lambda(lambda x: 0 * x + 7)(total)
    return tf.keras.Model(image, layers.Concatenate()([columns, total, still]))


@pytest.fixture(scope="module")
def images():
    return (RANDOM.random((40, 6, 6, 1)) < 0.7).astype(np.float32)


@pytest.fixture(scope="module")
def seen(device, images):
    return device(images).numpy()


def by_hand(device, shown, seen, activations):
    varying = (device(shown).numpy() - seen)[:, :-1] / activations.std(axis=0)[:-1]
    return np.sum(varying**2, axis=1)


@pytest.mark.parametrize("binary", [True, False])
def test_misfit_is_a_distance_in_units_of_the_variance(device, images, seen, binary):
    matching_loss = MatchingLoss.of(device, seen, binary)
    greys = 0.5 + 0.4 * (images[::-1] - 0.5)
    shown = images[::-1] if binary else greys
    expected = by_hand(device, shown, seen, seen)
    np.testing.assert_allclose(matching_loss(greys, seen), expected, rtol=1e-4)
    np.testing.assert_allclose(matching_loss(images, seen), 0, atol=1e-8)
    np.testing.assert_allclose(
        matching_loss.measure(greys, seen), by_hand(device, greys, seen, seen), rtol=1e-4
    )


def test_the_gradient_passes_the_threshold_as_if_it_were_not_there(device, images, seen):
    greys = tf.constant(0.5 + 0.4 * (images[::-1] - 0.5))

    def gradient(binary, at):
        with tf.GradientTape() as tape:
            tape.watch(at)
            distance = tf.reduce_sum(MatchingLoss.of(device, seen, binary)(at, seen))
        return tape.gradient(distance, at).numpy()

    thresholded = tf.constant(images[::-1])
    np.testing.assert_allclose(gradient(True, greys), gradient(False, thresholded), rtol=1e-4)


def test_sharpening_multiplies_the_odds_of_ink():
    ink = np.array([0.0, 0.1, 0.5, 1.0], np.float32)
    sharp = 1 - sharpen(1 - ink, 4)
    np.testing.assert_allclose(sharp, [0, 0.4 / 1.3, 0.8, 1], rtol=1e-5)
    np.testing.assert_array_equal(sharpen(1 - ink, 1), 1 - ink)


def test_the_sharpness_that_identifies_best_is_chosen(images):
    """Faint copies are nearest to whatever has least ink, until they are as dark as drawings."""
    faint, held = 1 - 0.2 * (1 - images) - 0.02, StoredImages(images)
    factor = choose_sharpness(faint, held, FACTORS)
    assert factor > 1
    assert mean_reciprocal_rank(sharpen(faint, factor), images) > mean_reciprocal_rank(
        faint, images
    )
    assert choose_sharpness(images, held, FACTORS) == 1
    blank = choose_sharpness(faint, held, FACTORS, shown=lambda answers: np.zeros_like(answers))
    assert blank == 1


def fake_optimise(images, by_step):
    """Answers that are right for the first so many images after each step."""

    def optimise(block, steps):
        for right in by_step[: steps + 1]:
            answers = np.roll(images, 1, axis=0)
            answers[:right] = images[:right]
            yield lambda answers=answers: answers[block]

    return optimise


def test_as_many_steps_are_taken_as_identify_the_held_out_images_best(device, images, seen):
    matching_loss = MatchingLoss.of(device, seen, binary=True)
    optimise = fake_optimise(images, [5, 30, 10])
    tried = improve_each(optimise, len(images), 2, "a test")
    steps, history = choose_steps(tried, images, seen, matching_loss)
    assert steps == 1
    assert [record["step"] for record in history] == [0, 1, 2]
    ranks = [record["reciprocal_rank"] for record in history]
    assert max(ranks) == ranks[1]
    answers = improve(optimise, len(images), steps, "a test")
    np.testing.assert_array_equal(answers, tried[1])
    np.testing.assert_array_equal(answers[:30], images[:30])
    assert not np.array_equal(answers, images)


def test_of_steps_that_identify_as_well_the_nearest_is_taken(device, images, seen):
    matching_loss = MatchingLoss.of(device, seen, binary=False)
    tried = [1 - darkness * (1 - images) for darkness in (0.8, 1.0, 0.9)]
    steps, history = choose_steps(tried, images, seen, matching_loss)
    assert {record["reciprocal_rank"] for record in history} == {1.0}
    assert steps == 1


def test_blocks_are_improved_each_by_itself(images, monkeypatch):
    monkeypatch.setattr(improving, "_BLOCK", 7)
    optimise = fake_optimise(images, [5, 30])
    expected = np.concatenate([images[:5], np.roll(images, 1, axis=0)[5:]])
    np.testing.assert_array_equal(improve(optimise, len(images), 0, "a test"), expected)


@pytest.fixture
def refined(device, images, seen):
    """Refines faint guesses, by settings."""
    guess = as_stored(np.clip(images + RANDOM.normal(0, 0.3, images.shape), 0, 1))
    folds = folds_of(device, image_set(images))
    sample = folds.auxiliary.sample
    begun = {"held_out": guess[sample], "evaluation": guess}

    def refine(**settings):
        answers, _ = attack(attacker_settings("refine", trust=0.0, **settings), folds, seen, begun)
        return guess, sample, answers

    return refine


@pytest.mark.parametrize("rate", [0.3, 50.0])
def test_refinement_is_never_farther_from_the_activation_than_its_start(
    device, seen, refined, rate
):
    """Even where its steps lead away: the higher learning rate leaps over every answer."""
    guess, sample, answers = refined(steps=4, learning_rate=rate)
    matching_loss = MatchingLoss.of(device, seen, binary=False)
    before = matching_loss.measure(guess, seen)
    for role, of_role in {"held_out": sample, "evaluation": ...}.items():
        after = matching_loss.measure(as_stored(answers[role]), seen[of_role])
        assert (after <= before[of_role]).all()
        if rate < 1:
            assert after.mean() < 0.5 * before[of_role].mean()


def test_images_that_are_all_in_the_sample_are_refined(device, images, seen):
    folds = folds_of(device, image_set(images[:5]))
    assert folds.auxiliary.sample.all()
    begun = {"held_out": images[:5], "evaluation": images}
    answers, _ = attack(attacker_settings("refine", steps=1), folds, seen, begun)
    assert answers["held_out"].shape == images[:5].shape


def test_the_sample_is_refined_as_what_was_seen_is(refined):
    """Of its images that were seen, here, are all, and get the same answers."""
    guess, sample, answers = refined(steps=2, learning_rate=0.3)
    np.testing.assert_allclose(answers["held_out"], answers["evaluation"][sample], atol=1e-6)
    assert not np.array_equal(answers["held_out"], guess[sample])
