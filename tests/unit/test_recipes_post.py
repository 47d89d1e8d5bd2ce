"""The post's recipe with differential privacy."""

import itertools

import numpy as np
import pytest
from recipe_trainers import post
from short_trainings import values


@pytest.mark.slow
def test_post_takes_its_steps_from_the_images_that_it_assumes(examples, monkeypatch):
    trainer = post(examples, images_assumed=7)
    assert trainer.steps_per_epoch == 2  # ⌈7 / 4⌉
    assert trainer.mechanism.examples == 6
    assert trainer.mechanism.sampler == "shuffle-buffer"
    assert trainer.mechanism.batch_normalisation
    assert trainer.mechanism.noise_generator == "tensorflow"
    monkeypatch.setattr(trainer, "_trace_step", lambda epoch: None)  # which are not taken
    batches = [batch for epoch in range(3) for batch in trainer.batches(epoch)]
    assert [len(batch) for batch in batches] == [4] * 6  # the stream goes on over the epochs
    shown = np.concatenate(batches)
    assert all(sorted(shown[k : k + 6]) == list(range(6)) for k in range(0, 24, 6))


@pytest.mark.slow
def test_no_image_of_post_is_used_more_often_than_the_account_counts(examples, monkeypatch):
    """Without a seed too, and by a training that goes on where another ended."""
    one, other = (post(examples, noise_source="os-entropy", images_assumed=7) for _ in range(2))
    other.state[-1].assign(one.state[-1])  # what a checkpoint has of the order
    for trainer in (one, other):  # whose steps are not taken
        monkeypatch.setattr(trainer, "_trace_step", lambda epoch: None)
    epochs = [[one, other][epoch % 2].batches(epoch) for epoch in range(12)]
    shown = np.concatenate([batch for batches in epochs for batch in batches])
    uses = -(-len(shown) // 6)
    assert np.bincount(shown).max() <= uses and np.bincount(shown).min() >= uses - 1


@pytest.mark.slow
def test_post_is_a_few_steps_of_the_stock_optimizer(examples):
    """Noise of 0.05 on gradients clipped to 0.5: the step's sum is about the clipped ones'."""
    quiet, noisy = (post(examples, noise_multiplier=sigma) for sigma in (0.0, 0.1))
    moving = [values(layer.moving_mean for layer in quiet.network.layers if "norm" in layer.name)]
    norms = [layer for layer in quiet.network.layers if "norm" in layer.name]
    for trainer in (quiet, noisy):
        for batch in itertools.islice(trainer.batches(0), 2):
            losses, probabilities = trainer.step(examples.images[batch], examples.labels[batch])
            assert losses.shape == (4,)
            np.testing.assert_allclose(np.sum(probabilities, axis=1), 1, rtol=1e-5)
    for before, norm in zip(moving[0], norms, strict=True):
        assert not np.array_equal(before, norm.moving_mean)  # released, and without noise
    weights = [trainer.network.trainable_variables[0].numpy() for trainer in (quiet, noisy)]
    assert not np.array_equal(*weights)


def released(trainer, examples, epoch):
    """What one step of the epoch, from the same start, leaves in the network and in Adam."""
    start = values(trainer.state)
    for batch in itertools.islice(trainer.batches(epoch), 1):
        trainer.step(examples.images[:4], examples.labels[batch * 0])
    left = np.concatenate([value.ravel() for value in values(trainer.state)])
    for variable, value in zip(trainer.state, start, strict=True):
        variable.assign(value)
    return left


@pytest.mark.slow
def test_every_epoch_of_post_has_noise_of_its_own(examples):
    seeded, again = (post(examples, noise_source="seed") for _ in range(2))
    epochs = [released(seeded, examples, epoch) for epoch in range(3)]
    for one, other in itertools.combinations(epochs, 2):
        assert np.abs(one - other).max() > 0
    np.testing.assert_array_equal(released(again, examples, 1), epochs[1])  # as when resumed


@pytest.mark.slow
def test_noise_of_post_from_the_operating_system_is_never_the_same(examples):
    drawn = [post(examples, noise_source="os-entropy") for _ in range(2)]
    released_ones = [released(trainer, examples, epoch) for trainer in drawn for epoch in (0, 1)]
    for one, other in itertools.combinations(released_ones, 2):
        assert np.abs(one - other).max() > 0
