"""The user's images and models: what they hold counts, and not when they were written."""

import json
import os
import shutil

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from tests.workflow.conftest import Project, copy_of_the_project
from tests.workflow.watching import wait_until

STUDY = {
    "study": "own",
    "seeds": [1],
    "dataset": {
        "name": "own",
        "folders": {role: f"mine/{role}" for role in ("target", "attacker", "evaluation")},
        "allow_overlap": False,
    },
    "targets": {
        "mine": {"model": "mine/model.keras", "pixels": [-1, 1]},
        "trained": {
            "recipe": "dp-adam",
            "architecture": "mine/architecture.h5",
            "epochs": 1,
            "batch_size": 4,
            "noise_multiplier": 1.0,
        },
    },
    "wires": {
        "plain": {"cut_layers": ["inner/code"], "targets": ["mine"], "attackers": ["retrieval"]},
    },
    "attackers": {"retrieval": {}},
}
WITH_CODE = {
    **STUDY,
    "targets": {
        **STUDY["targets"],
        "coded": {"model": "mine/coded.h5", "allow_code": ["my_layers.Scale"]},
    },
    "wires": {
        **STUDY["wires"],
        "coded": {"cut_layers": ["scale"], "targets": ["coded"], "attackers": ["retrieval"]},
    },
}
CUT = "results/own/mine/seed-1/inner.code/intercepted.h5"
MANIFEST, NETWORK = "data/own/manifest.json", "results/own/mine/seed-1/target.h5"
ARCHITECTURE, TRAINED = "mine/architecture.h5", "results/own/trained/seed-1/training.json"
IMAGE, MODEL = "mine/evaluation/b/3.png", "mine/model.keras"
CODED = "results/own/coded/seed-1/target.h5"
CUT_OF_CODED = "results/own/coded/seed-1/scale/cut.json"
FACTOR, LAYERS = "my_factor.py", "my_layers.py"  # of the user, the second imports the first
SCALE = """
import tensorflow as tf

from my_factor import FACTOR


class Scale(tf.keras.layers.Layer):
    def call(self, x):
        return FACTOR * x
"""


def save_network(path, seed):
    tf.keras.utils.set_random_seed(seed)
    inputs, image = tf.keras.Input((12, 12, 1)), tf.keras.Input((12, 12, 3))
    code = tf.keras.layers.Dense(4, name="code")(tf.keras.layers.Flatten()(inputs))
    inner = tf.keras.Model(inputs, tf.keras.layers.ReLU()(code), name="inner")
    outputs = tf.keras.layers.Dense(2, activation="softmax")(inner(image[:, :, :, 1:2] + 1.0))
    tf.keras.Model(image, outputs).save(path)


def save_architecture(path, seed):
    tf.keras.utils.set_random_seed(seed)
    inputs = tf.keras.Input((12, 12, 1))
    code = tf.keras.layers.Dense(4, name="code")(tf.keras.layers.Flatten()(inputs))
    outputs = tf.keras.layers.Dense(2, activation="softmax")(tf.keras.layers.ReLU()(code))
    tf.keras.Model(inputs, outputs).save(path)


def save_with_code(project):
    (project.path / FACTOR).write_text("FACTOR = 2.0\n")
    (project.path / LAYERS).write_text(SCALE)
    names = {"FACTOR": 2.0}
    exec(SCALE.replace("from my_factor import FACTOR", ""), names)
    inputs = tf.keras.Input((12, 12, 1))
    scaled = names["Scale"](name="scale")(tf.keras.layers.Flatten()(inputs))
    outputs = tf.keras.layers.Dense(2, activation="softmax")(scaled)
    tf.keras.Model(inputs, outputs).save(project.path / "mine/coded.h5")


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A study of one's own images and network, as far as the target."""
    project = Project(tmp_path_factory.mktemp("own"))
    copy_of_the_project(project.path)
    project.configure(**WITH_CODE)
    drawn = np.random.default_rng(0).integers(0, 256, (36, 12, 12), np.uint8)
    for number, image in enumerate(drawn):
        role = ("target", "attacker", "evaluation")[number % 3]
        path = project.path / f"mine/{role}/{'ab'[number // 3 % 2]}/{number // 6}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(image).save(path)
    save_network(project.path / MODEL, seed=1)
    save_architecture(project.path / ARCHITECTURE, seed=1)
    save_with_code(project)
    run = project.run(MANIFEST, NETWORK, TRAINED, CUT_OF_CODED)
    assert run.code == 0, run.output
    assert project.plan(MANIFEST, NETWORK, TRAINED, CUT_OF_CODED) == {}
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


@pytest.mark.slow
def test_images_and_models_that_are_touched_rerun_nothing(own):
    for path in (own.path / "mine", *(own.path / "mine").rglob("*")):
        path.touch()
    assert own.plan(MANIFEST, NETWORK, TRAINED) == {}


def test_a_project_that_is_moved_reruns_nothing(own, trained):
    """Among its targets is one with code of the user's, which is found by its full path."""
    assert own.path != trained.path
    assert own.plan(MANIFEST, NETWORK, TRAINED, CUT_OF_CODED) == {}


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


@pytest.mark.parametrize(("file", "old", "new"), [(LAYERS, "* x", "+ x"), (FACTOR, "2.0", "0.5")])
def test_code_of_the_users_that_changes_is_run_again(own, file, old, new):
    replace(own, file, (own.path / file).read_text().replace(old, new).encode())
    assert own.plan(CUT_OF_CODED, NETWORK) == {"train_target": 1, "cut_target": 1}


@pytest.mark.slow
def test_what_asks_a_network_reruns_when_its_code_changed_though_its_file_is_the_same(own):
    before = (own.path / CODED).read_bytes()
    replace(own, FACTOR, b"FACTOR = 0.5\n")
    assert own.run(CODED).code == 0
    assert (own.path / CODED).read_bytes() == before
    assert own.plan(CUT_OF_CODED) == {"cut_target": 1}


@pytest.mark.slow
def test_a_network_inside_the_network_is_cut_at_a_path(own):
    run = own.run(CUT)
    assert run.code == 0, run.output
    device = tf.keras.models.load_model(own.path / CUT, compile=False)
    assert device.input_shape == (None, 12, 12, 1)  # grey, for a network of three channels
    code = tf.keras.models.load_model(own.path / MODEL, compile=False).get_layer("inner").layers[2]
    grey = np.random.default_rng(1).random((3, 12, 12, 1), np.float32)
    shown = np.float32(grey * 2 - 1) + 1
    np.testing.assert_allclose(device(grey), code(shown.reshape(3, -1)), rtol=1e-4, atol=1e-6)


@pytest.mark.slow
def test_a_model_that_changes_while_the_study_runs_is_called_out_and_read_by_the_next(
    own, tmp_path
):
    save_network(tmp_path / "model.keras", seed=2)
    log = own.path / "logs/own/mine/seed-1/train_target.log"
    for file in (log, own.path / NETWORK):
        file.unlink()
    run = own.start(NETWORK)
    wait_until(log.exists, run)
    replace(own, MODEL, (tmp_path / "model.keras").read_bytes())
    output, _ = run.communicate(timeout=200)
    assert run.returncode != 0
    assert f"Error: {MODEL} changed while this study ran" in output
    assert own.plan(NETWORK) == {"train_target": 1}
    assert own.run(NETWORK).code == 0


def test_a_network_that_so_few_images_do_not_tell_from_guessing_is_called_out(own):
    log = (own.path / "logs/own/mine/seed-1/train_target.log").read_text()
    assert "of 2 such images nobody can tell a network from guessing; add some of" in log


def test_an_architecture_that_is_overwritten_in_place_is_trained_again(own, tmp_path):
    record = json.loads((own.path / TRAINED).read_text())
    assert record["clipped"] == {"gradients": "by layer", "because": None}
    assert record["settings"]["architecture"] == ARCHITECTURE
    save_architecture(tmp_path / "other.h5", seed=2)
    replace(own, ARCHITECTURE, (tmp_path / "other.h5").read_bytes())
    assert own.plan(MANIFEST, NETWORK, TRAINED) == {"train_target": 1}
