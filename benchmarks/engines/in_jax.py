"""Engines in JAX: plain ``jit(vmap(grad))``, and jax_privacy."""

from collections.abc import Callable
from functools import partial
from typing import Any

import jax
import numpy as np
import optax
from jax import numpy as jnp
from jax_privacy import clipped_grad
from jax_privacy.noise_addition import gaussian_privatizer

from engines import Engine, problem

Parameters = list[tuple[jax.Array, jax.Array]]


def _initial_parameters() -> Parameters:
    """The kernel and the bias of each layer of the network in `_loss`."""
    shapes: list[tuple[int, ...]] = []
    channels = problem.IMAGE_SHAPE[-1]
    for kernel, _, _ in problem.BLOCKS:
        shapes.append((kernel, kernel, channels, problem.FILTERS))
        channels = problem.FILTERS
    shapes += [(problem.FILTERS, problem.HIDDEN_UNITS), (problem.HIDDEN_UNITS, problem.CLASSES)]
    keys = jax.random.split(jax.random.key(1), len(shapes))
    initialise = jax.nn.initializers.glorot_uniform()
    return [
        (initialise(key, shape), jnp.zeros(shape[-1]))
        for key, shape in zip(keys, shapes, strict=True)
    ]


def _loss(parameters: Parameters, images: jax.Array, labels: jax.Array) -> jax.Array:
    """Mean cross-entropy of Intercept's network with the normalisation over each example."""
    x = images
    layout = ("NHWC", "HWIO", "NHWC")
    *convolutions, (kernel_1, bias_1), (kernel_2, bias_2) = parameters
    for (kernel, bias), (_, pool, stride) in zip(convolutions, problem.BLOCKS, strict=True):
        x = jax.lax.conv_general_dilated(x, kernel, (1, 1), "VALID", dimension_numbers=layout)
        x = jax.nn.relu(x + bias)
        window, strides = (1, pool, pool, 1), (1, stride, stride, 1)
        x = jax.lax.reduce_window(x, -jnp.inf, jax.lax.max, window, strides, "VALID")
        x = jax.nn.standardize(x, axis=(1, 2, 3), epsilon=1e-3)
    x = jax.nn.relu(x.reshape(len(x), -1) @ kernel_1 + bias_1)
    logits = x @ kernel_2 + bias_2
    return optax.softmax_cross_entropy_with_integer_labels(logits, labels).mean()


def _clipped_sum(parameters: Parameters, images: jax.Array, labels: jax.Array) -> Parameters:
    def clipped(image: jax.Array, label: jax.Array) -> Parameters:
        gradient = jax.grad(_loss)(parameters, image[None], label[None])
        scale = jnp.minimum(1, problem.L2_NORM_CLIP / optax.tree.norm(gradient))
        return optax.tree.scale(scale, gradient)

    return jax.tree.map(lambda values: values.sum(0), jax.vmap(clipped)(images, labels))


def _engine(clipped_sum: Callable[..., Parameters]) -> Engine:
    """The clipped sum, jax_privacy's Gaussian noise and Adam in one compiled function."""
    optimizer = optax.chain(
        gaussian_privatizer(stddev=problem.L2_NORM_CLIP * problem.NOISE_MULTIPLIER, prng_key=2),
        optax.scale(1 / problem.BATCH_SIZE),
        optax.adam(problem.LEARNING_RATE),
    )

    @partial(jax.jit, donate_argnums=(0, 1))
    def update(
        parameters: Parameters, state: Any, images: jax.Array, labels: jax.Array
    ) -> tuple[Parameters, Any]:
        updates, state = optimizer.update(clipped_sum(parameters, images, labels), state)
        return optax.apply_updates(parameters, updates), state

    batch = problem.batch()
    parameters = _initial_parameters()
    training = parameters, optimizer.init(parameters)

    def step() -> None:
        nonlocal training
        training = jax.block_until_ready(update(*training, *batch))

    return Engine(step, lambda: [np.array(values) for values in jax.tree.leaves(training[0])])


def build_jax_vmap() -> Engine:
    """Each example's gradient clipped, vectorised over the examples."""
    return _engine(_clipped_sum)


def build_jax_privacy() -> Engine:
    """jax_privacy's clipped gradient; all examples at once, which is its fastest."""
    return _engine(clipped_grad(_loss, l2_clip_norm=problem.L2_NORM_CLIP, batch_argnums=(1, 2)))
