"""Training a network to show images, judged after each epoch on images held out."""

from collections.abc import Callable

import numpy as np
import tensorflow as tf

from intercept.attackers.settings import TrainedSettings
from intercept.progress import Progress


def mean_value(images: np.ndarray) -> float:
    """The mean over all pixels of images in [0, 1], kept off both ends."""
    return float(np.clip(images.mean(dtype=np.float64), 0.01, 0.99))


def fit_network(
    network: tf.keras.Model,
    fitting: tuple[np.ndarray, np.ndarray],
    held_out: tuple[np.ndarray, np.ndarray],
    settings: TrainedSettings,
    seed: int,
    name: str,
    loss: Callable[[tf.Tensor, tf.Tensor], tf.Tensor],
    squared_error: Callable[[tf.Tensor, tf.Tensor], tf.Tensor],
) -> list[dict[str, float]]:
    """Train a network; end with the weights of the epoch of least loss on what is held out.

    Adam's learning rate falls to zero along a cosine (Loshchilov and Hutter 2017, arXiv
    1608.03983).

    Args:
        network: inputs to answers; it is changed.
        fitting: inputs [n, ...] and targets [n, ...] to learn from.
        held_out: inputs and targets to judge by.
        settings: epochs, batch size and learning rate.
        seed: orders the examples.
        name: whose training it is, for the lines of progress.
        loss: from targets and answers, float32 [n, ...], to what is to be least.
        squared_error: from the same to the squared error a pixel, [n].

    Returns:
        For each epoch ``epoch`` (from 1), ``mse`` (mean squared error) over the epoch's batches
        before each update, ``held_out_mse`` and ``held_out_loss``.
    """
    batches = Batches(*fitting, settings.batch_size, seed)
    schedule = tf.keras.optimizers.schedules.CosineDecay(
        settings.learning_rate, settings.epochs * len(batches)
    )
    network.compile(
        optimizer=tf.keras.optimizers.Adam(schedule),
        loss=loss,
        metrics=[tf.keras.metrics.MeanMetricWrapper(squared_error, name="mse")],
    )
    best = _BestEpoch(Progress(name, "epoch", settings.epochs))
    network.fit(
        batches,
        validation_data=Batches(*held_out, settings.batch_size, seed=None),
        epochs=settings.epochs,
        shuffle=False,
        verbose=0,
        callbacks=[best],
    )
    return best.history


def fit_images(
    network: tf.keras.Model,
    fitting: tuple[np.ndarray, np.ndarray],
    held_out: tuple[np.ndarray, np.ndarray],
    settings: TrainedSettings,
    seed: int,
    name: str,
) -> list[dict[str, float]]:
    """Train by the cross-entropy of each pixel; end with the best epoch's weights.

    Args:
        network: inputs to logits [n, height, width, channels]; it is changed.
        fitting: inputs [n, ...] and images [n, height, width, channels] in [0, 1] to learn from.
        held_out: inputs and images to judge by.
        settings: epochs, batch size and learning rate.
        seed: orders the images.
        name: whose training it is, for the lines of progress.

    Returns:
        As `fit_network`; the loss is in nats a pixel.
    """
    loss = tf.keras.losses.BinaryCrossentropy(from_logits=True)
    return fit_network(network, fitting, held_out, settings, seed, name, loss, _mse)


def _mse(images: tf.Tensor, logits: tf.Tensor) -> tf.Tensor:
    return tf.reduce_mean(tf.math.squared_difference(tf.sigmoid(logits), images), axis=(1, 2, 3))


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


class _BestEpoch(tf.keras.callbacks.Callback):
    """Keeps the history and, at the end, the weights of the best epoch."""

    def __init__(self, progress: Progress) -> None:
        super().__init__()
        self.history: list[dict[str, float]] = []
        self._progress = progress
        self._weights: list[np.ndarray] | None = None

    def on_train_batch_end(self, batch: int, logs: dict[str, float]) -> None:
        epoch = len(self.history) + 1
        share = (batch + 1) / self.params["steps"]
        self._progress.report_within(epoch, share, f"MSE {logs['mse']:.4f}")

    def on_epoch_end(self, epoch: int, logs: dict[str, float]) -> None:
        known = [record["held_out_loss"] for record in self.history]
        record = {
            "epoch": epoch + 1,
            "mse": logs["mse"],
            "held_out_mse": logs["val_mse"],
            "held_out_loss": logs["val_loss"],
        }
        self.history.append(record)
        if self._weights is None or record["held_out_loss"] < min(known):
            self._weights = self.model.get_weights()
        self._progress.report(
            epoch + 1, f"MSE {record['mse']:.4f}, held out {record['held_out_mse']:.4f}"
        )

    def on_train_end(self, logs: dict[str, float] | None = None) -> None:
        self.model.set_weights(self._weights)
