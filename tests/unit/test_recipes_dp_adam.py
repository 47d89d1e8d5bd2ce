"""The recipe dp-adam: clipped gradients, noise, samples, and what an accountant is told."""

import itertools

import numpy as np
import pytest
import scipy.stats
from recipe_trainers import assert_is_adams_first_step, dp_adam, first_moments, gradient
from short_trainings import values

from intercept.accounting.mechanism import Mechanism
from intercept.accounting.sampled import epsilon_by_pld
from intercept.runtime.errors import UserError


def test_sound_without_noise_on_all_examples_is_a_step_along_the_clipped_gradients(examples):
    trainer = dp_adam(examples)
    before = values(trainer.network.trainable_variables)
    single = [
        gradient(trainer.network, examples.images[k : k + 1], examples.labels[k : k + 1])
        for k in range(len(examples))
    ]
    norms = [np.sqrt(sum(np.sum(g.astype(np.float64) ** 2) for g in each)) for each in single]
    assert max(norms) > 0.5
    clipped = [
        sum(each[k] * min(1, 0.5 / norm) for each, norm in zip(single, norms, strict=True))
        for k in range(len(before))
    ]
    (batch,) = trainer.batches(0)
    assert batch.tolist() == list(range(len(examples)))
    assert trainer.mechanism.sampling_probability == trainer.steps_per_epoch == 1
    trainer.step(examples.images[batch], examples.labels[batch])
    assert_is_adams_first_step(before, [g / len(examples) for g in clipped], trainer)


@pytest.mark.slow
def test_sound_that_does_not_clip_is_a_step_along_the_summed_gradients(examples):
    trainer = dp_adam(examples, clip_gradients=False)
    before = values(trainer.network.trainable_variables)
    summed = gradient(trainer.network, examples.images[:], examples.labels)
    clipped = dp_adam(examples)
    (batch,) = trainer.batches(0)
    for one in (trainer, clipped):
        one.step(examples.images[batch], examples.labels[batch])
    assert_is_adams_first_step(before, [g / len(examples) for g in summed], trainer)
    assert not np.allclose(first_moments(trainer)[0], first_moments(clipped)[0], rtol=0.01)
    assert not trainer.mechanism.gradients_clipped
    assert clipped.mechanism.gradients_clipped


@pytest.mark.parametrize("sampled", [0, 2])
@pytest.mark.slow
def test_sound_that_does_not_clip_has_the_noise_of_one_that_does(examples, sampled):
    settings = {"batch_size": 5, "noise_multiplier": 40.0}
    clipped, control = (
        dp_adam(examples, clip_gradients=clip, **settings) for clip in (True, False)
    )
    quiet = dp_adam(examples, batch_size=5, clip_gradients=False)
    for trainer in (clipped, control, quiet):
        trainer.step(examples.images[:sampled], examples.labels[:sampled])
    for noisy, alike, summed in zip(*map(first_moments, (clipped, control, quiet)), strict=True):
        # The clipped gradients are at most a thousandth of the noise's deviation.
        scale = 0.1 * 0.5 * 40 / 5
        np.testing.assert_allclose(alike - summed, noisy, atol=0.003 * scale, rtol=1e-4)


@pytest.mark.parametrize("sampled", [0, 2])
@pytest.mark.slow
def test_sound_noise_is_scaled_to_the_clip_and_the_expected_size(examples, sampled):
    """Also when nobody is sampled. False alarm: about 1e-9, were the seed another."""
    batch_size, deviation = 5, 0.5 * 40
    trainer = dp_adam(examples, batch_size=batch_size, noise_multiplier=40.0)
    next(trainer.batches(0))
    trainer.step(examples.images[:sampled], examples.labels[:sampled])
    sums = [10 * batch_size * moment / deviation for moment in first_moments(trainer)]
    noise = np.concatenate([values.ravel() for values in sums]).astype(np.float64)
    spread = np.sum(noise**2)  # the clipped gradients are at most a thousandth of one deviation
    assert 5e-10 < scipy.stats.chi2(noise.size).cdf(spread) < 1 - 5e-10
    assert all(
        not np.array_equal(one[:32], other[:32])
        for one, other in itertools.combinations([values.ravel() for values in sums], 2)
    )


def test_sound_noise_is_another_in_every_step_and_epoch(examples):
    trainer = dp_adam(examples, noise_multiplier=1.0)
    nobody = slice(0, 0)
    moments, noise = np.float32(0), []
    for epoch, steps in ((0, 2), (1, 1)):
        next(trainer.batches(epoch))
        for _ in range(steps):
            trainer.step(examples.images[nobody], examples.labels[nobody])
            before, moments = moments, first_moments(trainer)[0].ravel()
            noise.append(10 * (moments - 0.9 * before))
    correlations = np.corrcoef(noise)[np.triu_indices(3, 1)]
    assert np.all(np.abs(correlations) < 0.2)  # of 1,568 values: eight standard deviations


def test_sound_takes_as_many_steps_as_pass_over_all_examples_in_expectation(make_images):
    trainer = dp_adam(make_images(10), batch_size=4)
    assert trainer.steps_per_epoch == 3
    assert trainer.mechanism.sampling_probability == 0.4
    epochs = [list(trainer.batches(epoch)) for epoch in (0, 1, 0)]
    assert [len(batches) for batches in epochs] == [3, 3, 3]
    as_lists = [[batch.tolist() for batch in batches] for batches in epochs]
    assert as_lists[0] == as_lists[2] != as_lists[1]


def test_sound_refuses_a_batch_of_more_than_all_examples(examples):
    with pytest.raises(UserError, match="batch_size is 7, more than the 6 training images"):
        dp_adam(examples, batch_size=7)


def test_what_sound_tells_an_accountant(make_images):
    images = make_images(10)
    trainer = dp_adam(images, batch_size=4, noise_multiplier=0.7, delta=1e-4)
    assert trainer.mechanism == Mechanism(
        sampler="poisson",
        examples=10,
        batch_size=4,
        l2_norm_clip=0.5,
        noise_multiplier=0.7,
        delta=1e-4,
        noise_source="seed",
        noise_generator="float64-rounded-once",
        batch_normalisation=False,
    )


@pytest.mark.slow
def test_sound_is_calibrated_to_an_epsilon(examples):
    trainer = dp_adam(examples, batch_size=2, epochs=2, epsilon=3.0, delta=1e-3)
    sigma = trainer.mechanism.noise_multiplier
    steps = 2 * trainer.steps_per_epoch
    assert 2.97 < epsilon_by_pld(sigma, 2 / 6, steps, 1e-3) <= 3
    both = dp_adam(
        examples, batch_size=2, epochs=2, epsilon=3.0, delta=1e-3, noise_multiplier=sigma
    )
    assert both.mechanism.noise_multiplier == sigma


def test_sound_refuses_an_epsilon_and_a_noise_multiplier_that_disagree(examples):
    with pytest.raises(UserError) as refused:
        dp_adam(examples, batch_size=2, epochs=2, epsilon=3.0, noise_multiplier=0.5)
    said = str(refused.value)
    assert "epsilon is 3 and noise_multiplier is 0.5, which gives epsilon" in said
    assert "over 6 steps at sampling probability 0.3333; give one of the two" in said
