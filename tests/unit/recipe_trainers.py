"""Trainers of the recipes, and the step that their formulas ask for."""

import numpy as np
import tensorflow as tf

from intercept.training.recipes import build_trainer, recipe_settings

SHAPE, CLASSES = (28, 28, 1), 3
LEARNING_RATE = 0.005


def trainer_of(recipe, examples, seed=1, **settings):
    """By the recipe of that name, on batches of four unless told otherwise."""
    settings = {"batch_size": 4, "learning_rate": LEARNING_RATE} | settings
    return build_trainer(recipe_settings(recipe, **settings), SHAPE, CLASSES, len(examples), seed)


def post_part_1(examples, seed=1, **settings):
    return trainer_of("post-part-1", examples, seed, **settings)


def non_private(examples, seed=1, **settings):
    return trainer_of("non-private", examples, seed, **settings)


def dp_adam(examples, seed=1, **settings):
    """Without noise and of all examples in every step, unless told otherwise."""
    settings = {"batch_size": len(examples)} | settings
    if "epsilon" not in settings:
        settings = {"noise_multiplier": 0} | settings
    settings = {"l2_norm_clip": 0.5, "noise_source": "seed"} | settings
    return trainer_of("dp-adam", examples, seed, **settings)


def post(examples, seed=1, **settings):
    settings = {"l2_norm_clip": 0.5, "noise_source": "seed", "images_assumed": 7} | settings
    return trainer_of("post", examples, seed, **settings)


def first_moments(trainer):
    """Adam's after one step: a tenth of the gradient that it was given."""
    return [variable.numpy() for variable in trainer.state if variable.name.startswith("m/")]


def assert_is_adams_first_step(before, gradients, trainer):
    """Kingma and Ba 2015, algorithm 1 with t = 1, as Keras arranges its epsilon."""
    moments = first_moments(trainer)
    for was, gradient, variable, moment in zip(
        before, gradients, trainer.network.trainable_variables, moments, strict=True
    ):
        scale = np.max(np.abs(gradient))
        np.testing.assert_allclose(moment, 0.1 * gradient, atol=1e-5 * scale, rtol=1e-3)
        m, v = moment, 0.001 * (10 * moment) ** 2
        rate = LEARNING_RATE * np.sqrt(1 - 0.999) / (1 - 0.9)
        expected = was - rate * m / (np.sqrt(v) + 1e-7)
        np.testing.assert_allclose(variable, expected, atol=1e-6)


def gradient(network, images, labels):
    """Of the cross-entropy summed over the examples, dropout off, BatchNorm at its statistics."""
    with tf.GradientTape() as tape:
        probabilities = network(images, training=False)
        loss = -tf.reduce_sum(tf.math.log(tf.gather(probabilities, labels, batch_dims=1)))
    return [g.numpy() for g in tape.gradient(loss, network.trainable_variables)]
