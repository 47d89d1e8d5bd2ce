"""The epoch loop that every recipe shares."""

import logging
import time
from collections.abc import Collection, Iterator
from typing import Protocol

import numpy as np
import tensorflow as tf

from intercept.accounting.mechanism import Mechanism
from intercept.datasets.cache import ImageSet
from intercept.devices.activations import observe
from intercept.devices.interface import Device
from intercept.training.checkpoint import Checkpoint, Progress

log = logging.getLogger("intercept")

_SECONDS_BETWEEN_REPORTS = 10
STEPS_BETWEEN_CHECKS = 20


class Trainer(Protocol):
    """What a recipe offers; `intercept.training.recipes.dp_adam.trainer` is an example."""

    network: tf.keras.Model
    state: list[tf.Variable]
    steps_per_epoch: int

    @property
    def mechanism(self) -> Mechanism | None:
        """What an accountant has to know; None without differential privacy."""

    def batches(self, epoch: int) -> Iterator[np.ndarray]:
        """Index arrays of the batches of one epoch, counted from 0; may seed its steps."""

    def step(self, images: np.ndarray, labels: np.ndarray) -> tuple[tf.Tensor, tf.Tensor]:
        """One update; returns losses [n] and probabilities [n, classes] from before it."""


def evaluate(network: Device, images: ImageSet) -> tuple[float, float]:
    """Mean cross-entropy (in nats) and accuracy (in [0, 1]) in inference mode."""
    probabilities = observe(network, images.images)
    losses = tf.keras.losses.sparse_categorical_crossentropy(images.labels, probabilities)
    return float(np.mean(losses)), float(np.mean(probabilities.argmax(1) == images.labels))


def minutes(seconds: float) -> str:
    """A duration for a person: ``42 s``, ``3 min`` or ``1 h 20 min``."""
    if seconds < 60:
        return f"{seconds:.0f} s"
    total = round(seconds / 60)
    return f"{total} min" if total < 60 else f"{total // 60} h {total % 60:02d} min"


def train(
    trainer: Trainer,
    training: ImageSet,
    validation: ImageSet,
    epochs: int,
    checkpoint: Checkpoint,
    name: str,
    stop_at: float | None = None,
    keep: Collection[int] = (),
) -> Progress:
    """Train for `epochs` epochs, or for those that the checkpoint leaves to do.

    The training loss and accuracy of an epoch are those of its batches before each update, as
    the post reports them; validation is at the end of the epoch.

    Args:
        trainer: a recipe; its network is changed.
        training: the images that are learned.
        validation: the images that are held out.
        epochs: at least 0; 0 leaves the network untrained and records how it does.
        checkpoint: where the state is kept at the end of each epoch.
        name: whose training it is, for the lines of progress.
        stop_at: a validation accuracy, in [0, 1], at which training stops, looked for every
            `STEPS_BETWEEN_CHECKS` steps.
        keep: epochs after which the network's weights are kept; 0 is before the first step.

    Returns:
        The steps taken, the weights kept, and the history: for each epoch ``epoch`` (from 1; 0 if
        untrained or kept), ``steps`` (in all so far), ``loss``, ``train_accuracy``,
        ``validation_loss``, ``validation_accuracy`` and ``seconds``. Those of epoch 0 are of the
        network as it was initialised, in inference mode.

    Raises:
        UserError: the checkpoint cannot be written.
    """
    progress = checkpoint.restore(trainer.state)
    if progress.epochs == 0 and (epochs == 0 or 0 in keep):
        loss, accuracy = evaluate(trainer.network, training)
        progress.history = [_record(0, progress, loss, accuracy, trainer.network, validation, 0)]
        progress.kept = {0: trainer.network.get_weights()} if 0 in keep else {}
    if epochs == 0:
        log.info(
            "%s | not trained here | accuracy %.3f, validation accuracy %.3f; the largest class "
            "has %.3f of the validation images",
            name,
            accuracy,
            progress.history[0]["validation_accuracy"],
            validation.majority_share(),
        )
    begin, done_before = time.monotonic(), progress.steps
    for epoch in range(progress.epochs, epochs):
        if progress.stopped:
            break
        epoch_begin = last_report = time.monotonic()
        loss_sum, correct, examples = 0.0, 0, 0
        for batch in trainer.batches(epoch):
            labels = training.labels[batch]
            losses, probabilities = trainer.step(training.images[batch], labels)
            progress.steps += 1
            loss_sum += float(np.sum(losses))
            correct += int(np.sum(np.argmax(probabilities, axis=1) == labels))
            examples += len(batch)
            if time.monotonic() - last_report > _SECONDS_BETWEEN_REPORTS and examples:
                last_report = time.monotonic()
                pace = (last_report - begin) / (progress.steps - done_before)
                log.info(
                    "%s | epoch %d/%d, step %d/%d | loss %.3f, accuracy %.3f | %s left",
                    name,
                    epoch + 1,
                    epochs,
                    progress.steps - epoch * trainer.steps_per_epoch,
                    trainer.steps_per_epoch,
                    loss_sum / examples,
                    correct / examples,
                    minutes(pace * (epochs * trainer.steps_per_epoch - progress.steps)),
                )
            if stop_at is not None and progress.steps % STEPS_BETWEEN_CHECKS == 0:
                progress.stopped = evaluate(trainer.network, validation)[1] >= stop_at
                if progress.stopped:
                    break
        progress.epochs = epoch + 1
        progress.history.append(
            _record(
                epoch + 1,
                progress,
                loss_sum / max(examples, 1),
                correct / max(examples, 1),
                trainer.network,
                validation,
                time.monotonic() - epoch_begin,
            )
        )
        if progress.epochs in keep:
            progress.kept[progress.epochs] = trainer.network.get_weights()
        checkpoint.save(trainer.state, progress)
        log.info(
            "%s | epoch %d/%d done | loss %.3f, accuracy %.3f, validation accuracy %.3f",
            name,
            epoch + 1,
            epochs,
            progress.history[-1]["loss"],
            progress.history[-1]["train_accuracy"],
            progress.history[-1]["validation_accuracy"],
        )
    if stop_at is not None:
        log.info(
            "%s | %s validation accuracy %.3f after %d steps",
            name,
            "reached" if progress.stopped else "never reached",
            stop_at,
            progress.steps,
        )
    return progress


def _record(
    epoch: int,
    progress: Progress,
    loss: float,
    accuracy: float,
    network: tf.keras.Model,
    validation: ImageSet,
    seconds: float,
) -> dict[str, float]:
    validation_loss, validation_accuracy = evaluate(network, validation)
    return {
        "epoch": epoch,
        "steps": progress.steps,
        "loss": loss,
        "train_accuracy": accuracy,
        "validation_loss": validation_loss,
        "validation_accuracy": validation_accuracy,
        "seconds": round(seconds, 1),
    }
