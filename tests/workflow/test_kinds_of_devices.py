"""Networks that are not of Keras, by the real command, from their files to the page or the wire."""

import json
import re
import sys
from pathlib import Path

import h5py
import numpy as np
import pandas as pd
import pytest
import tensorflow as tf
from PIL import Image

from tests.workflow.conftest import Project, copy_of_the_project, refused

sys.path.append(str(Path(__file__).parents[1] / "unit"))
from onnx_files import linear, orthogonal

pytestmark = pytest.mark.slow

SETS = {"target": range(60), "attacker": range(60, 80), "evaluation": range(80, 100)}
SIDE = 12
NUMBERS = SIDE * SIDE
MATRIX = orthogonal(NUMBERS)
# Bright images are of the second class.
HEAD = MATRIX.T @ np.stack([np.full(NUMBERS, -1.0), np.full(NUMBERS, 1.0)], axis=1)


def image(number):
    """uint8 12×12, dark (class a) where its number is even and bright (class b) where it is odd."""
    drawn = np.random.default_rng([11, number]).integers(0, 128, (SIDE, SIDE))
    return np.uint8(drawn + 127 * (number % 2))


def flat(role):
    return np.stack([image(number).ravel() for number in SETS[role]]) / 255


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    project = Project(tmp_path_factory.mktemp("devices"))
    copy_of_the_project(project.path)
    for role, numbers in SETS.items():
        for number in numbers:
            path = project.path / f"mine/{role}/{'ab'[number % 2]}/{number:02}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(image(number)).save(path)
    return project


def in_keras():
    """The network that `linear` makes, for TFLite."""
    layers = tf.keras.layers
    image = tf.keras.Input((SIDE, SIDE, 1))
    dense = [layers.Dense(NUMBERS, name="code"), layers.Dense(2, name="head")]
    model = tf.keras.Model(image, dense[1](dense[0](layers.Flatten()(image))))
    for layer, matrix in zip(dense, (MATRIX, HEAD), strict=True):
        layer.set_weights([np.float32(matrix), np.zeros(matrix.shape[1], np.float32)])
    return model


def configure(project, **changes):
    study = {
        "study": "devices",
        "dataset": {
            "name": "devices",
            "folders": {role: f"mine/{role}" for role in SETS},
            "allow_overlap": False,
        },
        "attackers": {
            "decoder": {"epochs": 1},
            "refine": {"starts_at": "decoder", "steps": 1},
            "prior": {"epochs": 1, "steps": 1},
            "retrieval": {},
        },
    }
    project.configure(**(study | changes))


# A defence that is trained, with a server part of its own.
TRAINED = {
    "defence": "sphere",
    "width": 8,
    "clip_to_noise_ratios": [4],
    "epochs": 1,
    "predicts_on_device": False,
    "attackers": ["retrieval"],
}


NOT_RUN = "not run: no gradients"


@pytest.fixture(scope="module")
def study(project):
    """A network as ONNX, attacked and defended, and as TFLite; with what was printed."""
    # Of pixels from -1 to 1, so that the middle grey decides.
    linear(project.path / "mine/net.onnx", MATRIX, HEAD, takes=("n", 1, SIDE, SIDE))
    (project.path / "mine/net.tflite").write_bytes(
        tf.lite.TFLiteConverter.from_keras_model(in_keras()).convert()
    )
    by_onnx = {"cut_layers": ["code"], "targets": ["of-onnx"]}
    noise = {"defence": "noise", "clip_to_noise_ratios": [2]}
    configure(
        project,
        targets={
            "of-onnx": {"model": "mine/net.onnx", "pixels": [-1, 1]},
            "of-tflite": {"model": "mine/net.tflite", "pixels": [-1, 1]},
        },
        wires={
            "plain": by_onnx,
            "phone": {**by_onnx, "targets": ["of-tflite"], "attackers": ["retrieval"]},
            "noise": {**by_onnx, **noise, "attackers": ["prior", "retrieval"]},
            "trained": {**by_onnx, **TRAINED},
        },
        augmentation={"copies": 1},
    )
    run = project.run()
    assert run.code == 0, run.output
    return project, run.output


@pytest.mark.parametrize("target", ["of-onnx", "of-tflite"])
def test_the_wire_carries_the_known_answer(study, target):
    project, _ = study
    wire = project.path / f"results/devices/{target}/seed-1/code"
    with h5py.File(wire / "activations.h5") as file:
        expected = (2 * flat("evaluation") - 1) @ MATRIX
        np.testing.assert_allclose(file["evaluation"], expected, atol=1e-4)
    server = json.loads((wire / "server.json").read_text())
    assert server["accuracy"]["value"] == 1


def test_the_table_has_who_could_run_and_why_the_others_not(study):
    project, _ = study
    rows = pd.read_csv(project.path / "results/devices/summary.csv")
    plain = rows[(rows["wire"] == "code") & (rows["target"] == "of-onnx")].set_index("attacker")
    assert set(plain.index) == {"decoder", "refine", "prior", "retrieval"}
    assert (plain.loc[["refine", "prior"], "not_run"] == "no gradients").all()
    assert plain.loc[["decoder", "retrieval"], "not_run"].isna().all()
    assert plain.loc[["refine", "prior"], "unseen_top1"].isna().all()
    assert plain.loc["retrieval", "unseen_top1"] == 1
    assert (rows["validation_accuracy"] == 1).all()
    assert rows["epsilon"].isna().all()
    verdict = json.loads((project.path / "results/devices/verdict.json").read_text())
    of_onnx = [wire for wire in verdict["wires"] if wire["target"] == "of-onnx"]
    reasons = {wire["wire"]: wire["not_run"] for wire in of_onnx}
    assert reasons["code"] == {"refine": "no gradients", "prior": "no gradients"}
    assert reasons["code-noise-2"] == {"prior": "no gradients"}
    assert reasons["code-sphere-8-noise-4"] == {}


def test_page_and_terminal_say_what_was_not_run(study):
    project, printed = study
    page = (project.path / "results/devices/report.html").read_text()
    # Of unseen images and of those held out: twice on one wire, once behind noise.
    assert page.count(NOT_RUN) == 6
    said = "refine and prior were not run on of-onnx: no gradients"
    assert said in printed
    assert page.count(said) == 2  # in the verdict and for those who sign
    assert "of-onnx was trained elsewhere, and is right on" in page


def test_the_server_part_behind_a_defence_is_its_own_or_stays_as_it_is(study):
    project, _ = study
    wires = project.path / "results/devices/of-onnx/seed-1"
    noise, sphere = (
        json.loads((wires / wire / "server.json").read_text())
        for wire in ("code-noise-2", "code-sphere-8-noise-4")
    )
    assert noise["fine_tuned_accuracy"]["value"] is None
    assert noise["accuracy"]["value"] > 0.5
    assert not noise["fine_tuned_on_training_images"]
    assert sphere["fine_tuned_accuracy"]["value"] is not None
    assert sphere["fine_tuned_on_training_images"]


SENT = "results/{}/{}/seed-1/output/activations.h5"


@pytest.fixture(scope="module")
def without_server(project):
    """A recorded device part without a server part; with what was printed."""
    sets = ("attacker", "evaluation", "target")
    images = np.stack([image(number) for role in sets for number in SETS[role]])
    activations = images.reshape(len(images), -1) / 255 @ MATRIX
    np.savez(project.path / "mine/pairs.npz", images=images, activations=activations)
    np.save(project.path / "mine/matrix.npy", MATRIX)
    (project.path / "mine/device.py").write_text(
        "import sys\nimport numpy as np\n"
        "images = np.load(sys.argv[1])\n"
        "sent = images.reshape(len(images), -1) @ np.load('mine/matrix.npy')\n"
        "np.save(sys.argv[2], sent)\n"
    )
    configure(
        project,
        study="recorded",
        augmentation={"copies": 0},
        targets={"recorded": {"recording": "mine/pairs.npz"}},
        wires={
            "plain": {"cut_layers": ["output"], "attackers": ["decoder", "refine", "retrieval"]},
            "trained": {"cut_layers": ["output"], **TRAINED},
        },
    )
    run = project.run()
    assert run.code == 0, run.output
    return project, run.output


def test_a_recording_is_attacked_by_those_that_need_no_gradients(without_server):
    project, printed = without_server
    rows = pd.read_csv(project.path / "results/recorded/summary.csv")
    assert rows["validation_accuracy"].isna().all()
    retrieval = rows[(rows["attacker"] == "retrieval") & (rows["wire"] == "output")]
    assert (retrieval["unseen_top1"] == 1).all()
    assert (rows.loc[rows["attacker"] == "refine", "not_run"] == "no gradients").all()
    assert rows.loc[rows["wire"] == "output", "server_accuracy"].isna().all()
    assert rows.loc[rows["wire"] == "output-sphere-8-noise-4", "server_accuracy"].notna().all()
    assert rows["unseen_activation_error"].isna().all()
    with h5py.File(project.path / SENT.format("recorded", "recorded")) as file:
        assert file["augmented"].shape == (0, NUMBERS)
    assert "refine was not run on recorded: no gradients" in printed
    assert "there is no server part" in printed
    page = (project.path / "results/recorded/report.html").read_text()
    assert NOT_RUN in page
    assert not re.search(r"[>\s(]nan[<%\s,.)]", page, re.IGNORECASE)


def test_a_command_sends_what_was_recorded(without_server):
    project, _ = without_server
    configure(
        project,
        study="asked",
        augmentation={"copies": 0},
        targets={"program": {"command": [sys.executable, "mine/device.py"]}},
        wires={"plain": {"cut_layers": ["output"], "attackers": ["retrieval"]}},
    )
    ended = project.run(SENT.format("asked", "program"))
    assert ended.code == 0, ended.output
    sent = []
    for study, target in (("recorded", "recorded"), ("asked", "program")):
        with h5py.File(project.path / SENT.format(study, target)) as file:
            sent.append(file["evaluation"][:])
    np.testing.assert_allclose(*sent, atol=1e-5)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {"attackers": ["prior"]},
            "has none that can be run on target 'mine': prior: no gradients",
        ),
        (
            {"defence": "sphere", "width": 8, "clip_to_noise_ratios": [4]},
            "that of target 'mine' has none; set predicts_on_device to false",
        ),
    ],
)
def test_what_cannot_be_is_refused_before_it_begins(project, changes, said):
    configure(
        project,
        targets={"mine": {"model": "mine/net.onnx"}},
        wires={"plain": {"cut_layers": ["code"], **changes}},
    )
    refused(project.run("--dry-run"), said)
