"""The recipe without differential privacy, which else is dp-adam."""

import numpy as np
from recipe_trainers import assert_is_adams_first_step, dp_adam, gradient, non_private
from short_trainings import assert_same_bits, values


def test_non_private_first_follows_the_gradient_of_the_mean_loss(examples):
    trainer = non_private(examples)
    before = values(trainer.network.trainable_variables)
    expected = gradient(trainer.network, examples.images[:], examples.labels)
    trainer.step(examples.images[:], examples.labels)
    assert_is_adams_first_step(before, [g / len(examples) for g in expected], trainer)
    assert trainer.mechanism is None


def test_non_private_begins_where_sound_does(examples):
    assert_same_bits(
        values(non_private(examples).network.variables), values(dp_adam(examples).network.variables)
    )


def test_non_private_shows_every_image_once_an_epoch_in_another_order(examples):
    trainer = non_private(examples)
    orders = [np.concatenate(list(trainer.batches(epoch))).tolist() for epoch in (0, 1, 0)]
    assert all(sorted(order) == list(range(6)) for order in orders)
    assert orders[0] == orders[2] != orders[1]
