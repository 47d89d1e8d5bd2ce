"""A training's state at the end of an epoch, to go on from after a kill."""

import io
import json
import logging
import os
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

from intercept.runtime.files import whole

log = logging.getLogger("intercept")

# What NumPy's reader raises, depending on which bytes are wrong.
_DAMAGED = (
    OSError,
    EOFError,
    ValueError,
    KeyError,
    TypeError,
    NotImplementedError,
    zipfile.BadZipFile,
)


def checkpoint_path(network: str | os.PathLike) -> Path:
    """Where the training of a network keeps its checkpoint.

    Args:
        network: the file that the network will be written to.

    Returns:
        ``checkpoint.npz`` beside it; where the environment variable ``INTERCEPT_CHECKPOINTS`` names
        a folder, at the same path below that, which outlives a job whose own files end with it.
    """
    beside = Path(network).with_name("checkpoint.npz")
    folder = os.environ.get("INTERCEPT_CHECKPOINTS")
    return Path(folder) / beside.relative_to(beside.anchor) if folder else beside


@dataclass
class Progress:
    """How far a training has come.

    Attributes:
        epochs: epochs completed.
        steps: updates made, which is what an accountant has to count.
        history: one record an epoch.
        stopped: whether the training stopped before its last epoch, for good.
        kept: by the epochs that were asked for, the network's weights after each of them, in
            Keras' order.
    """

    epochs: int = 0
    steps: int = 0
    history: list[dict[str, float]] = field(default_factory=list)
    stopped: bool = False
    kept: dict[int, list[np.ndarray]] = field(default_factory=dict, compare=False)


@dataclass(frozen=True)
class Checkpoint:
    """A file that holds every variable of a training and its progress.

    Attributes:
        path: an ``.npz`` file, replaced whole at each save.
        fingerprint: what the training depends on (settings, code, data, versions). A checkpoint
            with another fingerprint is not used.
    """

    path: Path
    fingerprint: dict[str, Any]

    def save(self, state: list[tf.Variable], progress: Progress) -> None:
        """Write the variables' values and the progress, whole or not at all.

        Raises:
            UserError: the disk is full, or the folder cannot be written.
        """
        kept = {epoch: len(weights) for epoch, weights in progress.kept.items()}
        record = {
            "fingerprint": self.fingerprint,
            "progress": {**vars(progress), "kept": kept},
        }
        arrays = {f"variable_{k}": variable.numpy() for k, variable in enumerate(state)}
        for epoch, weights in progress.kept.items():
            arrays |= {f"kept_{epoch}_{k}": weight for k, weight in enumerate(weights)}
        # By way of memory: on a full disk NumPy's own writer leaves a traceback on the terminal.
        archive = io.BytesIO()
        np.savez(archive, record=json.dumps(record), **arrays)
        with whole(self.path) as temporary:
            temporary.write_bytes(archive.getbuffer())

    def restore(self, state: list[tf.Variable]) -> Progress:
        """Set the variables to the saved values; a fresh `Progress` if there is nothing to use."""
        if not self.path.exists():
            return Progress()
        try:
            with np.load(self.path, allow_pickle=False) as saved:
                record = json.loads(str(saved["record"]))
                made_with, progress = record["fingerprint"], Progress(**record["progress"])
                values = [saved[f"variable_{k}"] for k in range(len(state))]
                progress.kept = {
                    int(epoch): [saved[f"kept_{epoch}_{k}"] for k in range(count)]
                    for epoch, count in record["progress"]["kept"].items()
                }
        except _DAMAGED:
            log.info("%s could not be read and is not used: the training begins anew", self.path)
            return Progress()
        fingerprint = json.loads(json.dumps(self.fingerprint))
        if made_with != fingerprint:
            keys = sorted(set(fingerprint) | set(made_with))
            other = [k for k in keys if fingerprint.get(k) != made_with.get(k)]
            log.info(
                "%s was made with other %s and is not used: the training begins anew",
                self.path,
                ", ".join(other),
            )
            return Progress()
        for variable, value in zip(state, values, strict=True):
            variable.assign(value)
        log.info("going on after epoch %d from %s", progress.epochs, self.path)
        return progress
