"""What white-box attackers share: misfit, sharpening, and how many steps they take."""

import numpy as np
import pytest
import tensorflow as tf

from intercept.attackers import attacker_settings, build_attacker
from intercept.attackers.answers import as_stored
from intercept.attackers.improving import improve
from intercept.attackers.interface import Knowledge, Pairs
from intercept.attackers.judging import mean_reciprocal_rank
from intercept.attackers.misfit import Misfit
from intercept.attackers.sharpening import choose_sharpness, sharpen

RANDOM = np.random.default_rng(11)


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
    misfit = Misfit.of(device, seen, binary)
    greys = 0.5 + 0.4 * (images[::-1] - 0.5)
    shown = images[::-1] if binary else greys
    expected = by_hand(device, shown, seen, seen)
    np.testing.assert_allclose(misfit(greys, seen), expected, rtol=1e-4)
    np.testing.assert_allclose(misfit(images, seen), 0, atol=1e-8)
    np.testing.assert_allclose(
        misfit.measure(greys, seen), by_hand(device, greys, seen, seen), rtol=1e-4
    )


def test_the_gradient_passes_the_threshold_as_if_it_were_not_there(device, images, seen):
    greys = tf.constant(0.5 + 0.4 * (images[::-1] - 0.5))

    def gradient(binary, at):
        with tf.GradientTape() as tape:
            tape.watch(at)
            distance = tf.reduce_sum(Misfit.of(device, seen, binary)(at, seen))
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
    faint = 1 - 0.2 * (1 - images) - 0.02
    factor = choose_sharpness(faint, images)
    assert factor > 1
    assert mean_reciprocal_rank(sharpen(faint, factor), images) > mean_reciprocal_rank(
        faint, images
    )
    assert choose_sharpness(images, images) == 1
    blank = choose_sharpness(faint, images, shown=lambda answers: np.zeros_like(answers))
    assert blank == 1


def fake_optimise(images, by_step):
    """Answers that are right for the first so many images after each step."""

    def optimise(role, block, steps):
        for right in by_step[: steps + 1]:
            answers = np.roll(images[role], 1, axis=0)
            answers[:right] = images[role][:right]
            yield lambda answers=answers: answers[block]

    return optimise


def test_as_many_steps_are_taken_as_identify_the_held_out_images_best(device, images, seen):
    held_out = {"held_out": images, "evaluation": images[::-1].copy()}
    observed = {"held_out": seen, "evaluation": seen[::-1].copy()}
    misfit = Misfit.of(device, seen, binary=True)
    optimise = fake_optimise(held_out, [5, 30, 10])
    outcome = improve(optimise, observed, images, 2, misfit, "a test")
    assert [record["step"] for record in outcome.history] == [0, 1, 2]
    ranks = [record["reciprocal_rank"] for record in outcome.history]
    assert max(ranks) == ranks[1]
    np.testing.assert_array_equal(outcome.answers["evaluation"][:30], held_out["evaluation"][:30])
    assert not np.array_equal(outcome.answers["evaluation"], held_out["evaluation"])
    np.testing.assert_array_equal(outcome.answers["held_out"][:30], images[:30])


def test_of_steps_that_identify_as_well_the_nearest_is_taken(device, images, seen):
    roles = {"held_out": images, "evaluation": images}
    observed = {"held_out": seen, "evaluation": seen}

    def optimise(role, block, steps):
        for darkness in (0.8, 0.9, 1.0)[: steps + 1]:
            yield lambda darkness=darkness: (1 - darkness * (1 - roles[role]))[block]

    misfit = Misfit.of(device, seen, binary=False)
    outcome = improve(optimise, observed, images, 2, misfit, "a test")
    assert {record["reciprocal_rank"] for record in outcome.history} == {1.0}
    np.testing.assert_array_equal(outcome.answers["evaluation"], images)


def test_refinement_is_never_farther_from_the_activation_than_its_start(device, images, seen):
    """Even where its steps lead away: the learning rate here leaps over every answer."""
    guess = as_stored(np.clip(images + RANDOM.normal(0, 0.3, images.shape), 0, 1))
    start = {"held_out": guess, "evaluation": guess}
    pairs = Pairs(images, seen)
    knowledge = Knowledge(device, pairs, pairs, pairs)
    observed = {"held_out": seen, "evaluation": seen}
    misfit = Misfit.of(device, seen, binary=False)
    for rate in (0.3, 50.0):
        settings = attacker_settings("refine", steps=4, learning_rate=rate, trust=0.0)
        answers = build_attacker(settings, 1).attack(knowledge, observed, start, "a test").answers
        before = misfit.measure(start["evaluation"], seen)
        after = misfit.measure(as_stored(answers["evaluation"]), seen)
        assert (after <= before).all()
        if rate < 1:
            assert after.mean() < 0.5 * before.mean()
