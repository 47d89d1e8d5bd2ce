"""What trained defences share: what the device knows of an input, and how both ends are trained."""

from collections.abc import Sequence

import numpy as np
import tensorflow as tf
from sklearn.utils import gen_batches

from intercept.activations import observe, varying
from intercept.defences.interface import Lessons
from intercept.runtime.progress import Progress

_BATCH_SIZE = 128
_LEARNING_RATE = 0.005
_LEAST_PROBABILITY = 1e-4
_FARTHEST = 100.0


def group_logarithms(lessons: Lessons, groups: np.ndarray) -> tf.keras.Model:
    """How likely the server part, as trained with the target, takes groups of classes to be.

    Args:
        lessons: of the defence; its server part is used as it is, and never trained.
        groups: float32 [classes, k], 1 where a class is of a group, else 0.

    Returns:
        Activations to log-probabilities float32 [n, k]; of below 1e-4 that of 1e-4, and 0 where
        the server part gives no number.
    """
    server = tf.keras.models.clone_model(lessons.server)
    server.set_weights(lessons.server.get_weights())
    activations = tf.keras.Input(lessons.activations.shape[1:], name="activation")
    sums = tf.keras.layers.Dense(groups.shape[1], use_bias=False)
    probabilities = sums(server(activations, training=False))
    sums.set_weights([groups])
    logarithms = tf.math.log(tf.math.maximum(probabilities, _LEAST_PROBABILITY))
    finite = tf.cast(tf.math.is_finite(logarithms), tf.float32)
    logarithms = tf.math.multiply_no_nan(logarithms, finite)
    return tf.keras.Model(activations, logarithms, name="group_logarithms")


def knowledge(lessons: Lessons, predicts_on_device: bool) -> tf.keras.Model:
    """What an encoder learns from: the activation, and what the server part makes of it.

    Args:
        lessons: whose activations give mean and deviation.
        predicts_on_device: whether the device computes the server part as trained, too.

    Returns:
        Activations to float32 [n, d]: each number of the activation, its logarithm with its sign,
        and the classes' log-probabilities, with mean 0 and deviation 1 on the training images;
        what does not vary there keeps its own unit. What is not finite counts as the mean, and
        what is beyond 100 as 100, so that every input gives finite numbers. None of it is trained.
    """
    activations = tf.keras.Input(lessons.activations.shape[1:], name="activation")
    flat = tf.keras.layers.Flatten()(activations)
    # Where an activation is mostly small and rarely large, its logarithm tells more.
    parts = [flat, tf.math.sign(flat) * tf.math.log1p(tf.math.abs(flat))]
    if predicts_on_device:
        classes = np.unique(lessons.labels)
        each = np.eye(lessons.server.output_shape[-1], dtype=np.float32)[:, classes]
        parts.append(group_logarithms(lessons, each)(activations))
    joined = tf.keras.layers.Concatenate()(parts)
    values = observe(tf.keras.Model(activations, joined), lessons.activations)
    mean, deviation = values.mean(axis=0), values.std(axis=0)
    deviation = np.where(varying(deviation), deviation, 1)
    scaled = (joined - mean) / deviation
    finite = tf.cast(tf.math.is_finite(scaled), tf.float32)
    scaled = tf.clip_by_value(tf.math.multiply_no_nan(scaled, finite), -_FARTHEST, _FARTHEST)
    return tf.keras.Model(activations, scaled, name="knowledge")


def hidden_layer(known: tf.Tensor, units: int) -> tf.Tensor:
    """A hidden layer on `knowledge`, whose units begin at thresholds of their own.

    Args:
        known: float32 [n, d], each number with deviation 1.
        units: how many.

    Returns:
        float32 [n, units], 0 or more.
    """
    thresholds = tf.keras.initializers.RandomNormal(stddev=1.0)
    layer = tf.keras.layers.Dense(units, activation="relu", bias_initializer=thresholds)
    return layer(known)


def build_server(sent: tuple[int, ...], hidden: int, classes: int) -> tf.keras.Model:
    """The server part of a trained defence.

    Args:
        sent: shape of what comes over the wire for one input.
        hidden: units of its one hidden layer.
        classes: how many.

    Returns:
        float32 [n, *sent] to probabilities [n, classes].
    """
    message = tf.keras.Input(sent, name="message")
    x = tf.keras.layers.Dense(hidden, activation="relu")(message)
    outputs = tf.keras.layers.Dense(classes, activation="softmax")(x)
    return tf.keras.Model(message, outputs, name="server")


def train_ends(
    both: tf.keras.Model, known: Sequence[np.ndarray], lessons: Lessons, epochs: int
) -> None:
    """Train what is on both sides of a wire together, for the classes.

    Adam by cross-entropy, its learning rate falling to zero along a cosine.

    Args:
        both: what the device knows to the server's probabilities; noise in between is its own.
        known: its inputs for the training images, float32 [n, ...] each.
        lessons: labels, the seed that orders the images, and the name.
        epochs: passes over the training images.
    """
    generator = np.random.default_rng(lessons.seed)
    count = len(lessons.labels)
    steps = epochs * -(-count // _BATCH_SIZE)
    schedule = tf.keras.optimizers.schedules.CosineDecay(_LEARNING_RATE, steps)
    optimizer = tf.keras.optimizers.Adam(schedule)
    weights = both.trainable_weights
    everything = [tf.constant(one) for one in (*known, lessons.labels)]

    @tf.function
    def step(batch: tf.Tensor) -> tf.Tensor:
        *inputs, labels = (tf.gather(one, batch) for one in everything)
        with tf.GradientTape() as tape:
            probabilities = both(inputs, training=True)
            losses = tf.keras.losses.sparse_categorical_crossentropy(labels, probabilities)
            loss = tf.reduce_mean(losses)
        optimizer.apply_gradients(zip(tape.gradient(loss, weights), weights, strict=True))
        return loss

    progress = Progress(lessons.name, "epoch", epochs)
    for epoch in range(1, epochs + 1):
        order = generator.permutation(count)
        for batch in gen_batches(count, _BATCH_SIZE):
            loss = step(tf.constant(order[batch]))
        progress.report(epoch, f"loss {float(loss):.3f}")
