"""Engines in TensorFlow: ordinary steps, Intercept's, and TensorFlow Privacy's."""

from collections.abc import Callable
from typing import Any

import intercept  # noqa: F401  sets TensorFlow's options, and so comes before it

# isort: split
import tensorflow as tf
import tensorflow_privacy as tfp

from engines import Engine, problem
from intercept.networks.built_in import Normalisation, build_network
from intercept.training.recipes import build_trainer, recipe_settings

_IMAGES, _LABELS = problem.batch()
_PRIVACY = {"l2_norm_clip": problem.L2_NORM_CLIP, "noise_multiplier": problem.NOISE_MULTIPLIER}


def _network(normalisation: Normalisation = "example") -> tf.keras.Model:
    return build_network(problem.IMAGE_SHAPE, problem.CLASSES, normalisation, dropout=0)


def _engine(
    step: Callable[[], object], network: tf.keras.Model, extra_parameters: int = 0
) -> Engine:
    variables = network.trainable_variables
    return Engine(step, lambda: [variable.numpy() for variable in variables], extra_parameters)


def _ordinary(network: tf.keras.Model, extra_parameters: int = 0) -> Engine:
    variables = network.trainable_variables
    optimizer = tf.keras.optimizers.Adam(problem.LEARNING_RATE)
    optimizer.build(variables)

    @tf.function
    def update(images: tf.Tensor, labels: tf.Tensor) -> tf.Tensor:
        with tf.GradientTape() as tape:
            probabilities = network(images, training=True)
            losses = tf.keras.losses.sparse_categorical_crossentropy(labels, probabilities)
            loss = tf.reduce_mean(losses)
        optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables, strict=True))
        return loss

    return _engine(lambda: update(_IMAGES, _LABELS).numpy(), network, extra_parameters)


def build_ordinary() -> Engine:
    """No clipping, no noise, on the network that Intercept trains with both."""
    return _ordinary(_network())


def build_ordinary_batchnorm() -> Engine:
    """No clipping, no noise, on the post's network."""
    four_scales_and_offsets = 4 * 2 * 32
    return _ordinary(_network("batch"), four_scales_and_offsets)


def build_intercept() -> Engine:
    """Intercept's step, as the recipe ``dp-adam`` makes it."""
    trainer = build_trainer(
        recipe_settings(
            "dp-adam",
            batch_size=problem.BATCH_SIZE,
            learning_rate=problem.LEARNING_RATE,
            **_PRIVACY,
        ),
        problem.IMAGE_SHAPE,
        problem.CLASSES,
        examples=100 * problem.BATCH_SIZE,
        seed=1,
    )
    return _engine(lambda: trainer.step(_IMAGES, _LABELS)[0].numpy(), trainer.network)


def _keras(model: tf.keras.Model, optimizer: Any, loss: tf.keras.losses.Loss) -> Engine:
    """The step that Keras' ``fit`` makes on each batch."""
    model.compile(optimizer, loss)
    return _engine(lambda: model.train_on_batch(_IMAGES, _LABELS), model)


def _private_optimizer(optimizer_class: type) -> Engine:
    """One of TensorFlow Privacy's optimizers, with microbatches of one example."""
    optimizer = optimizer_class(
        num_microbatches=problem.BATCH_SIZE, learning_rate=problem.LEARNING_RATE, **_PRIVACY
    )
    loss_by_example = tf.keras.losses.SparseCategoricalCrossentropy(reduction="none")
    return _keras(_network(), optimizer, loss_by_example)


def build_tfp_dp_adam() -> Engine:
    """TensorFlow Privacy's ``DPKerasAdamOptimizer``."""
    return _private_optimizer(tfp.DPKerasAdamOptimizer)


def build_tfp_vectorized_dp_adam() -> Engine:
    """TensorFlow Privacy's ``VectorizedDPKerasAdamOptimizer``."""
    return _private_optimizer(tfp.VectorizedDPKerasAdamOptimizer)


def build_tfp_dp_sequential() -> Engine:
    """TensorFlow Privacy's ``DPSequential``; by itself it would use XLA, slower on processors."""
    model = tfp.DPSequential(use_xla=False, layers=_network().layers, **_PRIVACY)
    optimizer = tf.keras.optimizers.Adam(problem.LEARNING_RATE)
    return _keras(model, optimizer, tf.keras.losses.SparseCategoricalCrossentropy())
