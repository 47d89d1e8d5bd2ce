"""What trained defences share: what the device knows of an input, and how both ends are trained."""

import math

import numpy as np
import tensorflow as tf

from intercept.arrays.batches import gen_batches
from intercept.defences.interface import Lessons
from intercept.devices.activations import observe, varying
from intercept.runtime.progress import Progress

_BATCH_SIZE = 128
_LEARNING_RATE = 0.005
_LEAST_PROBABILITY = 1e-4
_MIDDLE = math.log(_LEAST_PROBABILITY) / 2  # of the logarithms that are told apart
_FARTHEST = 100.0


def knowledge(lessons: Lessons, predicts_on_device: bool) -> tf.keras.Model:
    """What an encoder learns from: the activation, and what the server part makes of it.

    Args:
        lessons: whose activations give mean and deviation.
        predicts_on_device: whether the device computes the server part, as it was trained with the
            target, too.

    Returns:
        Activations to float32 [n, d]: each number of the activation, and its logarithm with its
        sign, with mean 0 and deviation 1 on the training images; what does not vary there keeps its
        own unit. What is not finite counts as the mean, and what is beyond 100 as 100. Last come,
        if they are there, the log-probabilities of the k classes of the training images from
        -1, for 1e-4 or less, to 1; see `class_probabilities`. So every input gives finite numbers.
        None of it is trained.
    """
    activations = tf.keras.Input(lessons.activations.shape[1:], name="activation")
    flat = tf.keras.layers.Flatten()(activations)
    # Where an activation is mostly small and rarely large, its logarithm tells more.
    logarithm = tf.math.sign(flat) * tf.math.log1p(tf.math.abs(flat))
    joined = tf.keras.layers.Concatenate()([flat, logarithm])
    values = observe(tf.keras.Model(activations, joined), lessons.activations)
    deviation = values.std(axis=0)
    deviation = np.where(varying(deviation), deviation, 1)
    scaled = _finite((joined - values.mean(axis=0)) / deviation)
    known = tf.clip_by_value(scaled, -_FARTHEST, _FARTHEST)
    if predicts_on_device:
        trained: tf.keras.Model = lessons.server
        server = tf.keras.models.clone_model(trained)
        server.set_weights(trained.get_weights())
        chosen = np.eye(lessons.classes)[:, np.unique(lessons.labels)]
        probabilities = fixed_sums(server(activations, training=False), chosen, "classes")
        logarithms = tf.math.log(tf.math.maximum(probabilities, _LEAST_PROBABILITY))
        known = tf.keras.layers.Concatenate()([known, _finite(1 - logarithms / _MIDDLE)])
    return tf.keras.Model(activations, known, name="knowledge")


def class_probabilities(known: tf.Tensor, classes: int) -> tf.Tensor:
    """The probabilities, float32 [n, classes], at the end of what `knowledge` gives."""
    return tf.math.exp((1 - known[:, -classes:]) * _MIDDLE)


def fixed_sums(values: tf.Tensor, groups: np.ndarray, name: str) -> tf.Tensor:
    """Sums over groups of values, by a layer that is not trained.

    Args:
        values: float32 [n, m].
        groups: [m, k], 1 where a value is of a group, else 0.
        name: of the layer.

    Returns:
        float32 [n, k].
    """
    layer = tf.keras.layers.Dense(
        groups.shape[1], use_bias=False, trainable=False, name=f"defence_{name}"
    )
    sums = layer(values)
    layer.set_weights([groups])
    return sums


def _finite(values: tf.Tensor) -> tf.Tensor:
    """The values, and 0 for what is no finite number."""
    return tf.math.multiply_no_nan(values, tf.cast(tf.math.is_finite(values), tf.float32))


def hidden_layer(known: tf.Tensor, units: int) -> tf.Tensor:
    """A hidden layer on `knowledge`, whose units begin at thresholds of their own.

    Args:
        known: float32 [n, d], each number with deviation 1.
        units: how many.

    Returns:
        float32 [n, units], 0 or more.
    """
    thresholds = tf.keras.initializers.RandomNormal(stddev=1.0)
    layer = tf.keras.layers.Dense(
        units, activation="relu", bias_initializer=thresholds, name="defence_hidden"
    )
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


def variance_within(sent: tf.Tensor, labels: tf.Tensor) -> tf.Tensor:
    """Mean squared distance of signals to the mean of those of their class.

    Args:
        sent: float32 [n, k].
        labels: int64 [n], classes.

    Returns:
        A scalar, 0 or more.
    """
    same = tf.cast(labels[:, tf.newaxis] == labels[tf.newaxis], sent.dtype)
    means = same @ sent / tf.reduce_sum(same, axis=1, keepdims=True)
    return tf.reduce_mean(tf.reduce_sum(tf.square(sent - means), axis=1))


def train_ends(
    both: tf.keras.Model,
    known: np.ndarray,
    lessons: Lessons,
    epochs: int,
    instance_weight: float = 0.0,
) -> None:
    """Train what is on both sides of a wire together, for the classes.

    Adam by cross-entropy, and where it has a weight by the variance within classes of what is sent;
    its learning rate falls to zero along a cosine.

    Args:
        both: what the device knows to what is sent, [n, k], before any noise, and to the server's
            probabilities; noise in between is its own.
        known: float32 [n, d], from `knowledge`.
        lessons: labels, the seed that orders the images, and the name.
        epochs: passes over the training images.
        instance_weight: of the variance within classes, 0 or more.
    """
    generator = np.random.default_rng(lessons.seed)
    count = len(lessons.labels)
    steps = epochs * -(-count // _BATCH_SIZE)
    schedule = tf.keras.optimizers.schedules.CosineDecay(_LEARNING_RATE, steps)
    optimizer = tf.keras.optimizers.Adam(schedule)
    weights = both.trainable_weights
    every_input, every_label = tf.constant(known), tf.constant(lessons.labels)

    @tf.function
    def step(batch: tf.Tensor) -> tf.Tensor:
        labels = tf.gather(every_label, batch)
        with tf.GradientTape() as tape:
            sent, probabilities = both(tf.gather(every_input, batch), training=True)
            losses = tf.keras.losses.sparse_categorical_crossentropy(labels, probabilities)
            loss = tf.reduce_mean(losses)
            if instance_weight:
                loss += instance_weight * variance_within(sent, labels)
        optimizer.apply_gradients(zip(tape.gradient(loss, weights), weights, strict=True))
        return loss

    progress = Progress(lessons.name, "epoch", epochs)
    for epoch in range(1, epochs + 1):
        order = generator.permutation(count)
        for batch in gen_batches(count, _BATCH_SIZE):
            loss = step(tf.constant(order[batch]))
        progress.report(epoch, f"loss {float(loss):.3f}")
