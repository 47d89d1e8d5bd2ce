"""The post's recipe with differential privacy."""

import itertools

import numpy as np
import pytest
from recipe_trainers import post
from short_trainings import values


def test_post_takes_its_steps_from_the_images_that_it_assumes(examples):
    trainer = post(examples, images_assumed=7)
    assert trainer.steps_per_epoch == 2  # ⌈7 / 4⌉
    assert trainer.mechanism.examples == 6
    assert trainer.mechanism.sampler == "shuffle-buffer"
    assert trainer.mechanism.batch_normalisation
    assert trainer.mechanism.noise_generator == "tensorflow"
    batches = [batch for epoch in range(3) for batch in trainer.batches(epoch)]
    assert [len(batch) for batch in batches] == [4] * 6  # the stream goes on over the epochs
    shown = np.concatenate(batches)
    assert all(sorted(shown[k : k + 6]) == list(range(6)) for k in range(0, 24, 6))


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
