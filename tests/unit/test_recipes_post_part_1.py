"""The recipe of the post's part 1, beside the step that its loss asks for."""

import numpy as np
from recipe_trainers import assert_is_adams_first_step, gradient, post_part_1
from short_trainings import run, values


def test_post_part_1_first_follows_the_gradient_of_the_summed_loss(examples):
    trainer = post_part_1(examples)
    before = values(trainer.network.trainable_variables)
    inferred = trainer.network(examples.images[:], training=False)
    trained = post_part_1(examples).network(examples.images[:], training=True)
    expected = gradient(trainer.network, examples.images[:], examples.labels)
    losses, probabilities = trainer.step(examples.images[:], examples.labels)
    np.testing.assert_allclose(probabilities, inferred, rtol=1e-4)
    assert not np.allclose(probabilities, trained, rtol=1e-2)
    own = np.take_along_axis(inferred.numpy(), examples.labels[:, None], 1)[:, 0]
    np.testing.assert_allclose(losses, -np.log(own), rtol=1e-4)
    assert_is_adams_first_step(before, expected, trainer)


def test_post_part_1_trains_in_inference_mode(examples, checkpoint):
    trainer = post_part_1(examples)
    norms = [layer for layer in trainer.network.layers if "norm" in layer.name]
    before = [values([norm.gamma, norm.beta]) for norm in norms]
    progress = run(trainer, examples, 2, checkpoint)
    assert progress.steps == 2 * 2  # ⌈6 / 4⌉ an epoch
    assert [record["steps"] for record in progress.history] == [2, 4]
    for norm, (gamma, beta) in zip(norms, before, strict=True):
        assert not np.any(norm.moving_mean)
        assert np.all(norm.moving_variance == 1)
        assert not np.allclose(norm.gamma, gamma, atol=1e-5)
        assert not np.allclose(norm.beta, beta, atol=1e-5)


def test_post_part_1_shows_every_image_once_an_epoch_in_another_order(examples):
    trainer = post_part_1(examples)
    epochs = [list(trainer.batches(epoch)) for epoch in (0, 1, 0)]
    assert trainer.steps_per_epoch == 2
    assert [[len(batch) for batch in batches] for batches in epochs] == [[4, 2]] * 3
    orders = [np.concatenate(batches).tolist() for batches in epochs]
    assert all(sorted(order) == list(range(6)) for order in orders)
    assert orders[0] == orders[2] != orders[1]
