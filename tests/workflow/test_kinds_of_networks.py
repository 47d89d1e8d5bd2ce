"""Networks as people have them, by the real command, to the wire; one of them is attacked.

To the page a network of a file goes in test_own_network.py.
"""

import json
import re

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from tests.workflow.conftest import Project, copy_of_the_project

pytestmark = pytest.mark.slow

L = tf.keras.layers
APPLICATIONS = tf.keras.applications


def image(number):
    """uint8 32×32, dark (class a) where its number is even and bright (class b) where it is odd."""
    drawn = np.random.default_rng([11, number]).integers(0, 128, (32, 32))
    return np.uint8(drawn + 127 * (number % 2))


def nested():
    inputs = tf.keras.Input((32, 32, 3))
    inner = APPLICATIONS.MobileNetV2(
        (32, 32, 3), alpha=0.35, include_top=False, weights=None, pooling="avg"
    )
    shown = APPLICATIONS.mobilenet_v2.preprocess_input(inputs)
    return tf.keras.Model(inputs, L.Dense(2, activation="softmax")(inner(shown)))


def with_caffe_preprocessing():
    inputs = tf.keras.Input((32, 32, 3))
    code = L.Conv2D(4, 8, strides=8, activation="relu", name="code")(
        APPLICATIONS.resnet50.preprocess_input(inputs)
    )
    return tf.keras.Model(inputs, L.Dense(2, activation="softmax")(L.Flatten()(code)))


def in_half_precision():
    tf.keras.mixed_precision.set_global_policy("mixed_float16")
    try:
        inputs = tf.keras.Input((32, 32, 1))
        flat = L.Flatten()(L.Conv2D(4, 8, strides=8, activation="relu")(inputs))
        code = L.Dense(8, name="code")(flat)
        return tf.keras.Model(inputs, L.Activation("softmax")(L.Dense(2)(L.ReLU()(code))))
    finally:
        tf.keras.mixed_precision.set_global_policy("float32")


def logits_with_a_layer_called_probabilities():
    inputs = tf.keras.Input((32, 32, 1))
    code = L.Dense(4, name="probabilities")(L.Flatten()(inputs))
    return tf.keras.Model(inputs, L.Dense(2)(code))


def one_sigmoid_unit():
    inputs = tf.keras.Input((32, 32, 1))
    code = L.Dense(4, name="code")(L.Flatten()(inputs))
    return tf.keras.Model(inputs, L.Dense(1, activation="sigmoid")(code))


def rescaling():
    """Right on every image of 0 to 255: bright where the mean is above 127."""
    inputs = tf.keras.Input((32, 32, 1))
    code = L.GlobalAveragePooling2D()(L.Rescaling(1 / 255, name="code")(inputs))
    ending = L.Dense(1, activation="sigmoid")
    model = tf.keras.Model(inputs, ending(code))
    ending.set_weights([np.array([[20.0]]), np.array([-10.0])])
    return model


# A fifth of the target's validate: enough to tell a network that is right from one that guesses.
SETS = {"target": range(60), "attacker": range(60, 80), "evaluation": range(80, 100)}

# The network, where it is cut, and its pixels: what it expects, as settings, and as a scale.
NETWORKS = {
    "nested": (nested, "mobilenetv2_0.35_32/block_1_expand", "none", 255),
    "caffe": (with_caffe_preprocessing, "code", "none", 255),
    "half": (in_half_precision, "code", None, 1),
    "logits": (logits_with_a_layer_called_probabilities, "probabilities", None, 1),
    "sigmoid": (one_sigmoid_unit, "code", [-1, 1], None),
    "rescaling": (rescaling, "code", "none", 255),
    "wrong-pixels": (rescaling, "code", None, 1),
}


def place(name):
    """The folder of a network's wire."""
    return f"results/networks/{name}/seed-1/{NETWORKS[name][1].replace('/', '.')}"


NOISY = f"{place('half')}-noise-2"
ATTACKED = [
    f"{place('half')}/retrieval",
    *(f"{NOISY}/{attacker}" for attacker in ("refine", "prior")),  # refine starts at decoder
]
MEMBERSHIP = "results/networks/rescaling/seed-1/membership.json"


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    """The networks, one of them behind noise too and attacked; with what was printed."""
    project = Project(tmp_path_factory.mktemp("networks"))
    copy_of_the_project(project.path)
    for role, numbers in SETS.items():
        for number in numbers:
            path = project.path / f"mine/{role}/{'ab'[number % 2]}/{number}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(image(number)).convert("RGB").save(path)
    targets, wires = {}, {}
    for name, (build, layer, pixels, _) in NETWORKS.items():
        tf.keras.utils.set_random_seed(1)
        build().save(project.path / f"mine/{name}.h5")
        targets[name] = {"model": f"mine/{name}.h5", **({"pixels": pixels} if pixels else {})}
        wires[name] = {"cut_layers": [layer], "targets": [name], "attackers": ["retrieval"]}
    noise = {"defence": "noise", "clip_to_noise_ratios": [2]}
    by_gradients = ["decoder", "refine", "prior"]
    wires["half-noise"] = {**wires["half"], **noise, "attackers": by_gradients}
    project.configure(
        study="networks",
        dataset={
            "name": "networks",
            "folders": {role: f"mine/{role}" for role in ("target", "attacker", "evaluation")},
            "allow_overlap": False,
        },
        targets=targets,
        wires=wires,
        attackers={
            "decoder": {"epochs": 1},
            "refine": {"starts_at": "decoder", "steps": 1},
            "prior": {"epochs": 1, "steps": 1},
            "retrieval": {},
        },
    )
    asked = [f"{wire}/server.json" for wire in (*map(place, NETWORKS), NOISY)]
    asked += [f"{attack}/metrics.json" for attack in ATTACKED]
    run = project.run(*asked, MEMBERSHIP)
    assert run.code == 0, run.output
    return project, run.output


@pytest.mark.parametrize("name", NETWORKS)
def test_the_wire_carries_what_the_whole_network_computes_there(study, name):
    project, _ = study
    _, layer, _, scale = NETWORKS[name]
    images = np.stack([image(number) for number in SETS["evaluation"]])[..., np.newaxis] / 255
    device = tf.keras.models.load_model(
        project.path / place(name) / "intercepted.h5", compile=False
    )
    assert device.input_shape == (None, 32, 32, 1)
    whole = tf.keras.models.load_model(project.path / f"mine/{name}.h5", compile=False)
    shown = np.float32(images * scale if scale else images * 2 - 1)
    shown = np.repeat(shown, whole.input_shape[-1], axis=-1)
    outer, _, inner = layer.rpartition("/")
    if outer:
        nest = whole.get_layer(outer)
        reference = tf.keras.Model(nest.input, nest.get_layer(inner).output)
        shown = APPLICATIONS.mobilenet_v2.preprocess_input(shown)
    else:
        reference = tf.keras.Model(whole.input, whole.get_layer(inner).output)
    expected = np.float32(reference(shown))
    np.testing.assert_allclose(device(np.float32(images)), expected, rtol=1e-2, atol=1e-2)
    assert np.ptp(expected) > 0
    accuracy = json.loads((project.path / place(name) / "server.json").read_text())["accuracy"]
    assert 0 <= accuracy["value"] <= 1


def test_the_accuracy_is_of_the_pixels_that_the_network_expects(study):
    project, printed = study
    accuracy = {
        name: json.loads(
            (project.path / f"results/networks/{name}/seed-1/training.json").read_text()
        )["final"]["validation_accuracy"]
        for name in ("rescaling", "wrong-pixels")
    }
    assert accuracy == {"rescaling": 1, "wrong-pixels": 0.5}
    assert re.search(r"wrong-pixels, seed 1 \| right on 50\.0% .* no better than guessing", printed)
    assert "rescaling, seed 1 | right on" not in printed
    # A fifth of the target's images validates, which a network of a file may have learned.
    assert f"{', '.join(NETWORKS)} may have learned the images that judge" in printed
    measured = json.loads((project.path / MEMBERSHIP).read_text())
    assert measured["auc"]["value"] is None


def test_a_network_in_half_precision_is_attacked_by_all_and_defended(study):
    project, _ = study
    for attack in ATTACKED:
        found = json.loads((project.path / attack / "metrics.json").read_text())
        assert 0 <= found["unseen"]["top1"]["value"] <= 1
        if found["rebuilds"]:
            assert np.isfinite(found["unseen"]["activation_error"]["value"])
    assert (project.path / NOISY / "decoder/reconstructions.h5").is_file()
    for wire in (place("half"), NOISY):
        accuracy = json.loads((project.path / wire / "server.json").read_text())["accuracy"]
        assert np.isfinite(list(accuracy.values())).all()
