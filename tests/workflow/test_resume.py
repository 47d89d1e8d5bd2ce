"""A training that was killed ends as if it had not been."""

import json
import os
import shutil
import signal
import time
from pathlib import Path

import numpy as np
import tensorflow as tf

from intercept.networks.model_file import load_network
from intercept.training.checkpoint import Checkpoint, Progress
from intercept.training.kept import read_kept
from tests.workflow.conftest import Project

FOLDER = "results/tiny/dp/seed-1"
LOG = "logs/tiny/dp/seed-1/train_target.log"
TARGET = {
    "recipe": "dp-adam",
    "noise_multiplier": 0.7,
    "noise_source": "seed",
    "epochs": 20,
}
WIRES = {"plain": {"cut_layers": ["mobile_output"], "attackers": ["post"]}}
# Of another target by that recipe, and what a checkpoint of it has.
OTHER = "results/tiny/dp-noise-0.7/seed-1/training.json"
FINGERPRINT = (
    *("settings", "seed", "stop_at_validation_accuracy", "versions"),
    *("data_sha256", "file_sha256", "code_sha256"),
)


def weights(project: Project) -> list[np.ndarray]:
    return load_network(project.path / FOLDER / "target.h5").get_weights()


def kept(project: Project) -> list[np.ndarray]:
    """The weights of all checkpoints."""
    path = project.path / FOLDER / "checkpoints.h5"
    return [weight for epoch in (0, 1, 3) for weight in read_kept(path, epoch)]


def kill_after_the_first_epoch(project: Project, **environment: str) -> None:
    """Send SIGKILL to Snakemake and to the training, which is then in a later epoch."""
    process = project.start(f"{FOLDER}/target.h5", **environment)
    kept_in = Path(environment.get("INTERCEPT_CHECKPOINTS", project.path))
    checkpoint = kept_in / FOLDER / "checkpoint.npz"
    deadline = time.monotonic() + 300
    while not checkpoint.exists() and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.01)
    assert checkpoint.exists()
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    assert not (project.path / FOLDER / "target.h5").exists()
    project.unlock()


def test_a_training_killed_halfway_ends_with_the_same_bits(fresh, tmp_path):
    fresh.configure(targets={"dp": {**TARGET, "checkpoints": [0, 1, 3]}}, wires=WIRES)
    whole = Project(tmp_path / "whole")
    shutil.copytree(fresh.path, whole.path)
    run = whole.run(f"{FOLDER}/target.h5")
    assert run.code == 0, run.output

    # With the checkpoint in a folder that outlives all that the training's own disk held.
    elsewhere = {"INTERCEPT_CHECKPOINTS": str(tmp_path / "mounted")}
    kill_after_the_first_epoch(fresh, **elsewhere)
    shutil.rmtree(fresh.path / FOLDER)
    run = fresh.run(f"{FOLDER}/target.h5", **elsewhere)
    assert run.code == 0, run.output
    assert "going on after epoch" in (fresh.path / LOG).read_text()
    assert not list((tmp_path / "mounted").rglob("*.*"))
    for interrupted, uninterrupted in zip(weights(fresh), weights(whole), strict=True):
        np.testing.assert_array_equal(interrupted, uninterrupted)

    for interrupted, uninterrupted in zip(kept(fresh), kept(whole), strict=True):
        np.testing.assert_array_equal(interrupted, uninterrupted)

    # The history tells the same, but for the time that each epoch took.
    histories = [
        [line.rpartition(",")[0] for line in (p.path / FOLDER / "history.csv").open()]
        for p in (fresh, whole)
    ]
    assert histories[0] == histories[1]
    assert len(histories[0]) == 1 + 1 + TARGET["epochs"]


def test_a_checkpoint_of_other_settings_is_not_gone_on_from(fresh, finished):
    """And in nothing else, or the log would name it."""
    record = json.loads((finished.path / OTHER).read_text())
    fresh.configure(targets={"dp": {**TARGET, "epochs": 1}}, wires=WIRES)
    (fresh.path / FOLDER).mkdir(parents=True)
    fingerprint = {key: record[key] for key in FINGERPRINT}
    checkpoint = Checkpoint(fresh.path / FOLDER / "checkpoint.npz", fingerprint)
    checkpoint.save([tf.Variable(1.0)] * 500, Progress())  # as many variables or more
    run = fresh.run(f"{FOLDER}/target.h5")
    assert run.code == 0, run.output
    said = (fresh.path / LOG).read_text()
    assert "made with other settings and is not used: the training begins anew" in said
