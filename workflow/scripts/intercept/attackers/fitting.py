"""Training a network to show images, and how it does on images held out."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import tensorflow as tf

from intercept.attackers.settings import TrainedSettings
from intercept.runtime.progress import Progress

Scores = Callable[[tf.Tensor, tf.Tensor], tf.Tensor]


@dataclass(frozen=True)
class Objective:
    """What a network is trained for; both are of targets and outputs, float32 [n, ...].

    Attributes:
        loss: what is to be least.
        squared_error: the squared error a pixel, [n].
    """

    loss: Scores
    squared_error: Scores


def mean_value(images: np.ndarray) -> float:
    """The mean over all pixels of images in [0, 1], kept off both ends."""
    return float(np.clip(images.mean(dtype=np.float64), 0.01, 0.99))


def fit_network(
    network: tf.keras.Model,
    fitting: tuple[np.ndarray, np.ndarray],
    objective: Objective,
    settings: TrainedSettings,
    seed: int,
    name: str,
    held_out: tuple[np.ndarray, np.ndarray] | None = None,
    callbacks: Sequence[tf.keras.callbacks.Callback] = (),
    epochs: int | None = None,
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
        callbacks: what else happens after each epoch.
        epochs: after how many of the settings' epochs to stop; None for all.

    Returns:
        For each epoch ``epoch`` (from 1) and ``mse`` (mean squared error) over the epoch's batches
        before each update; where something is held out ``held_out_mse`` and ``held_out_loss`` too.
    """
    batches = Batches(*fitting, settings.batch_size, seed)
    schedule = tf.keras.optimizers.schedules.CosineDecay(
        settings.learning_rate, settings.epochs * len(batches)
    )
    network.compile(
        optimizer=tf.keras.optimizers.Adam(schedule),
        loss=objective.loss,
        metrics=[tf.keras.metrics.MeanMetricWrapper(objective.squared_error, name="mse")],
    )
    history = _History(Progress(name, "epoch", epochs or settings.epochs))
    network.fit(
        batches,
        validation_data=held_out and Batches(*held_out, settings.batch_size, seed=None),
        epochs=epochs or settings.epochs,
        shuffle=False,
        verbose=0,
        callbacks=[history, *callbacks],
    )
    return history.records


def _mse(images: tf.Tensor, logits: tf.Tensor) -> tf.Tensor:
    return tf.reduce_mean(tf.math.squared_difference(tf.sigmoid(logits), images), axis=(1, 2, 3))


# Of images in [0, 1] and their logits: the cross-entropy of each pixel, in nats.
IMAGES = Objective(tf.keras.losses.BinaryCrossentropy(from_logits=True), _mse)


class Batches(tf.keras.utils.Sequence):
    """Batches of inputs and targets, both float32, in another order each epoch.

    Targets may be bool, as images can be, and stay so in memory until they are used.

    Args:
        inputs: [n, ...].
        targets: [n, ...].
        batch_size: at least 1.
        seed: orders them; None leaves them in their order.
    """

    def __init__(
        self, inputs: np.ndarray, targets: np.ndarray, batch_size: int, seed: int | None
    ) -> None:
        self._inputs, self._targets, self._batch_size = inputs, targets, batch_size
        self._generator = None if seed is None else np.random.default_rng(seed)
        self._order = np.arange(len(targets))
        self.on_epoch_end()

    def __len__(self) -> int:
        return -(-len(self._order) // self._batch_size)

    def __getitem__(self, index: int) -> tuple[np.ndarray, np.ndarray]:
        chosen = self._order[index * self._batch_size : (index + 1) * self._batch_size]
        inputs, targets = self._inputs[chosen], self._targets[chosen]
        return inputs.astype(np.float32, copy=False), targets.astype(np.float32, copy=False)

    def on_epoch_end(self) -> None:
        """Draw another order, if there is a seed."""
        if self._generator is not None:
            self._generator.shuffle(self._order)


class _History(tf.keras.callbacks.Callback):
    """Keeps a record of each epoch, and says how it goes."""

    def __init__(self, progress: Progress) -> None:
        super().__init__()
        self.records: list[dict[str, float]] = []
        self._progress = progress

    def on_train_batch_end(self, batch: int, logs: dict[str, float]) -> None:
        epoch = len(self.records) + 1
        share = (batch + 1) / self.params["steps"]
        self._progress.report_within(epoch, share, f"MSE {logs['mse']:.4f}")

    def on_epoch_end(self, epoch: int, logs: dict[str, float]) -> None:
        record = {"epoch": epoch + 1, "mse": logs["mse"]}
        said = f"MSE {record['mse']:.4f}"
        if "val_loss" in logs:
            record |= {"held_out_mse": logs["val_mse"], "held_out_loss": logs["val_loss"]}
            said += f", held out {record['held_out_mse']:.4f}"
        self.records.append(record)
        self._progress.report(epoch + 1, said)


class EveryEpoch(tf.keras.callbacks.Callback):
    """Keeps what a network puts out after each epoch, with the digits of float16.

    Args:
        inputs: float32 [n, ...], what it is asked.

    Attributes:
        outputs: float16 [n, ...] for each epoch.
    """

    def __init__(self, inputs: np.ndarray) -> None:
        super().__init__()
        self.outputs: list[np.ndarray] = []
        self._inputs = inputs

    def on_epoch_end(self, epoch: int, logs: dict[str, float]) -> None:
        """Ask it."""
        outputs = self.model.predict(self._inputs, batch_size=256, verbose=0)
        self.outputs.append(outputs.astype(np.float16))
