"""Training a network to show images, and how it does on images held out."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import tensorflow as tf

from intercept.arrays.stored_images import StoredImages
from intercept.attackers.settings import TrainedSettings
from intercept.runtime.progress import Progress

Scores = Callable[[tf.Tensor, tf.Tensor], tf.Tensor]
Examples = np.ndarray | StoredImages


@dataclass(frozen=True)
class Objective:
    """What a network is trained for; both are of targets and outputs, float32 [n, ...].

    Attributes:
        loss: what is to be least.
        squared_error: the squared error a pixel, [n].
    """

    loss: Scores
    squared_error: Scores


def mean_value(images: StoredImages) -> float:
    """The mean over all pixels, kept off both ends."""
    return float(np.clip(images.mean_value(), 0.01, 0.99))


def fit_network(
    network: tf.keras.Model,
    fitting: tuple[Examples, Examples],
    objective: Objective,
    settings: TrainedSettings,
    seed: int,
    name: str,
    held_out: tuple[Examples, Examples] | None = None,
    after_epoch: Callable[[], None] = lambda: None,
) -> list[dict[str, float]]:
    """Train a network.

    Adam's learning rate falls to zero along a cosine (Loshchilov and Hutter 2017, arXiv
    1608.03983).

    Args:
        network: inputs to outputs; it is changed.
        fitting: inputs [n, ...] and targets [n, ...] to learn from.
        objective: what it is trained for.
        settings: epochs, batch size and learning rate.
        seed: orders the examples.
        name: whose training it is, for the lines of progress.
        held_out: inputs and targets to judge by, if there are any.
        after_epoch: what else happens after each epoch.

    Returns:
        For each epoch ``epoch`` (from 1) and ``mse`` (mean squared error) over the epoch's batches
        before each update; where something is held out ``held_out_mse`` and ``held_out_loss`` too.
    """
    batches = Batches(*fitting, settings.batch_size, seed)
    schedule = tf.keras.optimizers.schedules.CosineDecay(
        settings.learning_rate, settings.epochs * len(batches)
    )
    step = _train_step(network, batches.target_shape, objective, schedule)
    progress = Progress(name, "epoch", settings.epochs)
    history = []
    for epoch in range(1, settings.epochs + 1):
        error, seen = 0.0, 0
        for index in range(len(batches)):
            inputs, targets = batches[index]
            error += float(step(inputs, targets))
            seen += len(inputs)
            progress.report_within(epoch, (index + 1) / len(batches), f"MSE {error / seen:.4f}")
        batches.on_epoch_end()
        record = {"epoch": epoch, "mse": error / seen}
        said = f"MSE {record['mse']:.4f}"
        if held_out is not None:
            record |= _measure(network, Batches(*held_out, settings.batch_size, None), objective)
            said += f", held out {record['held_out_mse']:.4f}"
        history.append(record)
        after_epoch()
        progress.report(epoch, said)
    return history


def _train_step(
    network: tf.keras.Model,
    target_shape: tuple[int, ...],
    objective: Objective,
    schedule: tf.keras.optimizers.schedules.LearningRateSchedule,
) -> tf.types.experimental.GenericFunction:
    """One update; returns the batch's squared error a pixel, summed over examples."""
    variables = network.trainable_variables
    optimizer = tf.keras.optimizers.Adam(schedule)
    optimizer.build(variables)  # a variable that is made within the step has it traced twice

    @tf.function(
        autograph=False,
        input_signature=[
            tf.TensorSpec(network.input_shape, tf.float32),
            tf.TensorSpec((None, *target_shape), tf.float32),
        ],
    )
    def step(inputs: tf.Tensor, targets: tf.Tensor) -> tf.Tensor:
        with tf.GradientTape() as tape:
            outputs = network(inputs, training=True)
            loss = tf.reduce_mean(objective.loss(targets, outputs))
        gradients = tape.gradient(loss, variables)
        optimizer.apply_gradients(zip(gradients, variables, strict=True))
        return tf.reduce_sum(objective.squared_error(targets, outputs))

    return step


def _measure(
    network: tf.keras.Model, held_out: "Batches", objective: Objective
) -> dict[str, float]:
    """``held_out_mse`` and ``held_out_loss``, means over all examples."""
    error, loss, seen = 0.0, 0.0, 0
    for index in range(len(held_out)):
        inputs, targets = held_out[index]
        outputs = network(inputs, training=False)
        error += float(tf.reduce_sum(objective.squared_error(targets, outputs)))
        loss += float(tf.reduce_mean(objective.loss(targets, outputs))) * len(inputs)
        seen += len(inputs)
    return {"held_out_mse": error / seen, "held_out_loss": loss / seen}


def _mse(images: tf.Tensor, logits: tf.Tensor) -> tf.Tensor:
    return tf.reduce_mean(tf.math.squared_difference(tf.sigmoid(logits), images), axis=(1, 2, 3))


# Of images in [0, 1] and their logits: the cross-entropy of each pixel, in nats.
IMAGES = Objective(tf.keras.losses.BinaryCrossentropy(from_logits=True), _mse)


class Batches(tf.keras.utils.Sequence):
    """Batches of inputs and targets, both float32, in another order each epoch.

    Args:
        inputs: float32 [n, ...], or images.
        targets: float32 [n, ...], or images.
        batch_size: at least 1.
        seed: orders them; None leaves them in their order.

    Attributes:
        target_shape: of one target.
    """

    def __init__(
        self, inputs: Examples, targets: Examples, batch_size: int, seed: int | None
    ) -> None:
        self._inputs, self._targets, self._batch_size = inputs, targets, batch_size
        self._generator = None if seed is None else np.random.default_rng(seed)
        self._order = np.arange(len(targets))
        self.target_shape = targets.shape[1:]
        self.on_epoch_end()

    def __len__(self) -> int:
        return -(-len(self._order) // self._batch_size)

    def __getitem__(self, index: int) -> tuple[np.ndarray, np.ndarray]:
        chosen = self._order[index * self._batch_size : (index + 1) * self._batch_size]
        return self._inputs[chosen], self._targets[chosen]

    def on_epoch_end(self) -> None:
        """Draw another order, if there is a seed."""
        if self._generator is not None:
            self._generator.shuffle(self._order)
