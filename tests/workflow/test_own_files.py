"""The user's images and models: what they hold counts, and not when they were written."""

import json
import os
import shutil

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from tests.workflow.conftest import Project, copy_of_the_project

STUDY = {
    "study": "own",
    "seeds": [1],
    "dataset": {
        "name": "own",
        "folders": {role: f"mine/{role}" for role in ("target", "attacker", "evaluation")},
        "allow_overlap": False,
    },
    "targets": {
        "mine": {"model": "mine/model.keras"},
        "trained": {
            "recipe": "dp-adam",
            "architecture": "mine/architecture.h5",
            "epochs": 1,
            "batch_size": 4,
            "noise_multiplier": 1.0,
        },
    },
    "wires": {"plain": {"cut_layers": ["code"], "attackers": ["retrieval"]}},
    "attackers": {"retrieval": {}},
}
MANIFEST, NETWORK = "data/own/manifest.json", "results/own/mine/seed-1/target.h5"
ARCHITECTURE, TRAINED = "mine/architecture.h5", "results/own/trained/seed-1/training.json"
IMAGE, MODEL = "mine/evaluation/b/3.png", "mine/model.keras"


def save_network(path, seed):
    tf.keras.utils.set_random_seed(seed)
    inputs = tf.keras.Input((8, 8, 1))
    code = tf.keras.layers.Dense(4, name="code")(tf.keras.layers.Flatten()(inputs))
    outputs = tf.keras.layers.Dense(2, activation="softmax")(code)
    tf.keras.Model(inputs, outputs).save(path)


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A study of one's own images and network, as far as the target."""
    project = Project(tmp_path_factory.mktemp("own"))
    copy_of_the_project(project.path)
    project.configure(**STUDY)
    drawn = np.random.default_rng(0).integers(0, 256, (36, 8, 8), np.uint8)
    for number, image in enumerate(drawn):
        role = ("target", "attacker", "evaluation")[number % 3]
        path = project.path / f"mine/{role}/{'ab'[number // 3 % 2]}/{number // 6}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(image).save(path)
    save_network(project.path / MODEL, seed=1)
    save_network(project.path / ARCHITECTURE, seed=1)
    run = project.run(MANIFEST, NETWORK, TRAINED)
    assert run.code == 0, run.output
    assert project.plan(MANIFEST, NETWORK, TRAINED) == {}
    return project


@pytest.fixture
def own(trained, tmp_path):
    shutil.copytree(trained.path, tmp_path / "own")
    return Project(tmp_path / "own")


def replace(project, name, content):
    """Overwrite a file in place, with its old date, as `cp -p` does."""
    path = project.path / name
    assert path.read_bytes() != content
    date = path.stat().st_mtime_ns
    path.write_bytes(content)
    os.utime(path, ns=(date, date))


def test_images_and_models_that_are_touched_rerun_nothing(own):
    for path in (own.path / "mine", *(own.path / "mine").rglob("*")):
        path.touch()
    assert own.plan(MANIFEST, NETWORK, TRAINED) == {}


def test_an_image_that_is_overwritten_in_place_is_read_again(own):
    replace(own, IMAGE, (own.path / "mine/evaluation/a/3.png").read_bytes())
    assert own.plan(MANIFEST)["prepare_dataset"] == 1


def test_an_image_that_is_renamed_is_read_again(own):
    (own.path / IMAGE).rename((own.path / IMAGE).with_name("33.png"))
    assert own.plan(MANIFEST)["prepare_dataset"] == 1


def test_a_model_that_is_overwritten_in_place_is_read_again(own, tmp_path):
    save_network(tmp_path / "model.keras", seed=2)
    replace(own, MODEL, (tmp_path / "model.keras").read_bytes())
    assert own.plan(MANIFEST, NETWORK) == {"train_target": 1}


def test_an_architecture_that_is_overwritten_in_place_is_trained_again(own, tmp_path):
    record = json.loads((own.path / TRAINED).read_text())
    assert record["clipped"] == {"gradients": "by layer", "because": None}
    assert record["settings"]["architecture"] == ARCHITECTURE
    save_network(tmp_path / "other.h5", seed=2)
    replace(own, ARCHITECTURE, (tmp_path / "other.h5").read_bytes())
    assert own.plan(MANIFEST, NETWORK, TRAINED) == {"train_target": 1}
