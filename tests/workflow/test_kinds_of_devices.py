"""Networks that are not of Keras, by the real command, from their files to the wire.

To the table and the page they go in test_own_network.py.
"""

import json
import sys
from pathlib import Path

import h5py
import numpy as np
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
}
SPHERE, NOISE = "sphere-8-noise-4", "noise-2"


def place(target, wire):
    """The folder of a wire."""
    return f"results/devices/{target}/seed-1/{wire}"


@pytest.fixture(scope="module")
def study(project):
    """Networks as ONNX and TFLite, a recording and a program, with what was printed.

    The last two have no server part. One of each kind is defended.
    """
    # Of pixels from -1 to 1, so that the middle grey decides.
    linear(project.path / "mine/net.onnx", MATRIX, HEAD, takes=("n", 1, SIDE, SIDE))
    (project.path / "mine/net.tflite").write_bytes(
        tf.lite.TFLiteConverter.from_keras_model(in_keras()).convert()
    )
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
    whole = {"cut_layers": ["code"]}
    parts = {"cut_layers": ["output"]}
    noise = {"defence": "noise", "clip_to_noise_ratios": [2]}
    configure(
        project,
        augmentation={"copies": 0},
        attackers={"retrieval": {}},
        targets={
            "of-onnx": {"model": "mine/net.onnx", "pixels": [-1, 1]},
            "of-tflite": {"model": "mine/net.tflite", "pixels": [-1, 1]},
            "recorded": {"recording": "mine/pairs.npz"},
            "program": {"command": [sys.executable, "mine/device.py"]},
        },
        wires={
            "whole": {**whole, "targets": ["of-onnx", "of-tflite"]},
            "noise": {**whole, **noise, "targets": ["of-onnx"]},
            "trained": {**whole, **TRAINED, "targets": ["of-onnx"]},
            "parts": {**parts, "targets": ["recorded", "program"]},
            "parts-trained": {**parts, **TRAINED, "targets": ["recorded"]},
        },
    )
    whole = [place(target, "code") for target in ("of-onnx", "of-tflite")]
    parts = [place(target, "output") for target in ("recorded", "program")]
    defended = [place("of-onnx", f"code-{name}") for name in (NOISE, SPHERE)]
    defended.append(place("recorded", f"output-{SPHERE}"))
    run = project.run(
        *(f"{wire}/activations.h5" for wire in (*whole, *parts)),
        *(f"{wire}/server.json" for wire in (*whole, *parts[:1], *defended)),
    )
    assert run.code == 0, run.output
    return project, run.output


def server(project, target, wire):
    return json.loads((project.path / place(target, wire) / "server.json").read_text())


@pytest.mark.parametrize("target", ["of-onnx", "of-tflite"])
def test_the_wire_carries_the_known_answer(study, target):
    project, _ = study
    with h5py.File(project.path / place(target, "code") / "activations.h5") as file:
        expected = (2 * flat("evaluation") - 1) @ MATRIX
        np.testing.assert_allclose(file["evaluation"], expected, atol=1e-4)
    assert server(project, target, "code")["accuracy"]["value"] == 1


def test_the_server_part_behind_a_defence_is_its_own_or_stays_as_it_is(study):
    project, _ = study
    noise, sphere = (server(project, "of-onnx", f"code-{name}") for name in (NOISE, SPHERE))
    assert noise["fine_tuned_accuracy"]["value"] is None
    assert noise["accuracy"]["value"] > 0.5
    assert not noise["fine_tuned_on_training_images"]
    assert sphere["fine_tuned_accuracy"]["value"] is not None
    assert sphere["fine_tuned_on_training_images"]


def test_a_recording_has_no_server_part_and_gets_one_behind_a_defence(study):
    project, printed = study
    assert server(project, "recorded", "output")["accuracy"]["value"] is None
    assert 0 <= server(project, "recorded", f"output-{SPHERE}")["accuracy"]["value"] <= 1
    with h5py.File(project.path / place("recorded", "output") / "activations.h5") as file:
        assert file["augmented"].shape == (0, NUMBERS)
    assert "there is no server part" in printed


def test_a_command_sends_what_was_recorded(study):
    project, _ = study
    sent = []
    for target in ("recorded", "program"):
        with h5py.File(project.path / place(target, "output") / "activations.h5") as file:
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
