"""The scripts of the wire, one after another on small images: cut, defend, serve, bound."""

import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import tensorflow as tf

from intercept.arrays.stored_images import StoredImages
from intercept.bounds.gate import compare
from intercept.datasets import cache
from intercept.devices.activations import read_activations, write_activations
from intercept.metrics.leakage import rank_scores
from intercept.networks.model_file import load_network
from intercept.wire.serving import hits

SCRIPTS = Path(__file__).parents[2] / "workflow" / "scripts"
CLASSES = 3
PLACE = {"target": "t", "seed": "1"}
DEFENCES = {
    "noise": {"defence": "noise", "clip_to_noise_ratio": 4.0},
    "sphere": {"defence": "sphere", "width": 2, "clip_to_noise_ratio": 6.0, "epochs": 30},
    "codebook": {"defence": "codebook", "words": 5, "epochs": 5},
    "shredder": {"defence": "shredder", "noise_tensors": 4, "scale": 1.0, "epochs": 80},
}


class Names(SimpleNamespace):
    """What Snakemake has of inputs, outputs, parameters and wildcards."""

    def items(self):
        return vars(self).items()


def run(script, inputs, outputs, params=None, **wildcards):
    """Call a script's main."""
    space = {}
    source = (SCRIPTS / f"{script}.py").read_text().replace("run(main, snakemake)", "")
    exec(compile(source, script, "exec"), space)  # the script has no name to import it by
    params = {"allowed_code": [], "code": "c", "serves": True, **(params or {})}
    space["main"](
        Names(
            input=Names(**inputs),
            output=Names(**outputs),
            params=Names(**params),
            wildcards=Names(**PLACE, **wildcards),
        )
    )


def images(count, seed):
    """Images of three classes, each bright in rows of its own."""
    random = np.random.default_rng(seed)
    labels = np.arange(count) % CLASSES
    drawn = 0.5 * random.random((count, 6, 4, 1))
    for index, label in enumerate(labels):
        drawn[index, 2 * label : 2 * label + 2] += 0.4
    characters = np.arange(count) // 6
    return cache.ImageSet(
        StoredImages(drawn.astype(np.float32)), labels, characters, np.zeros(count, bool)
    )


@pytest.fixture(scope="module")
def cut(tmp_path_factory):
    """A target that was trained, its images, and it cut at the layer ``code``."""
    folder = tmp_path_factory.mktemp("wire")
    sets = {"target": images(360, 1), "evaluation": images(120, 2), "attacker": images(30, 3)}
    for name, one in sets.items():
        cache.write(folder / f"{name}.tfrecord", one)
    described = {name: cache.describe(one) for name, one in sets.items()}
    record = {"sets": described, "training_images": 300, "identities": True}
    (folder / "manifest.json").write_text(json.dumps(record))
    tf.keras.utils.set_random_seed(1)
    network = tf.keras.Sequential(
        [
            tf.keras.Input((6, 4, 1)),
            tf.keras.layers.Flatten(),
            tf.keras.layers.Dense(7, activation="relu", name="code"),
            tf.keras.layers.Dense(CLASSES, activation="softmax"),
        ]
    )
    network.compile(tf.keras.optimizers.Adam(0.02), "sparse_categorical_crossentropy")
    network.fit(sets["target"].images[:300], sets["target"].labels[:300], epochs=8, verbose=0)
    network.save(folder / "target.h5")
    parts = {"intercepted": folder / "intercepted.h5", "server": folder / "server_as_trained.h5"}
    written = {**parts, "record": folder / "cut.json"}
    asked = {"parts": {"serves": True, "answers_any": True}}
    run("cut_target", {"network": folder / "target.h5"}, written, asked, cut_layer="code")
    assert json.loads((folder / "cut.json").read_text()) == {"numbers": 7}
    device = load_network(parts["intercepted"])
    sent = {
        role: device.predict(sets[role].images[:], verbose=0) for role in ("attacker", "evaluation")
    }
    write_activations(folder / "activations.h5", {**sent, "augmented": sent["attacker"]})
    return folder, sets


@pytest.mark.parametrize("name", DEFENCES)
@pytest.mark.slow
def test_a_defence_goes_through_all_scripts_of_its_wire(cut, name, tmp_path):
    above, sets = cut
    parts = {"intercepted": "intercepted.h5", "server": "server_as_trained.h5"}
    data = {"manifest": above / "manifest.json", "images": above / "target.tfrecord"}
    before = {part: above / file for part, file in parts.items()}
    behind = {part: tmp_path / file for part, file in parts.items()}
    behind |= {"activations": tmp_path / "activations.h5", "defence": tmp_path / "defence.json"}
    behind["signals"] = tmp_path / "signals.h5"
    run(
        "defend_wire",
        {**data, **before, "activations": above / "activations.h5"},
        behind,
        {"settings": DEFENCES[name]},
        defended=name,
    )
    defence = json.loads(behind["defence"].read_text())
    assert defence["defence"] == name
    assert defence["trained_on_training_images"] == (name != "noise")

    record, served = tmp_path / "server.json", tmp_path / "server.h5"
    run(
        "measure_server",
        {**data, **behind},
        {"record": record, "server": served},
        {"cut_layer": "code"},
        wire=name,
    )
    found = json.loads(record.read_text())
    channel = defence["channel"]
    assert (found["numbers"], found["bits"]) == (channel["numbers"], channel["bits"])
    assert found["numbers"] == {"noise": 7, "sphere": 2, "codebook": 32, "shredder": 7}[name]
    assert found["fine_tuned_on_training_images"]
    # What reads the wire is what the defence was trained with, as it is.
    own = load_network(behind["server"]).get_weights()
    same = all(map(np.array_equal, own, load_network(served).get_weights()))
    assert same == (name != "noise")
    readings = read_activations(behind["activations"], "evaluation")
    accuracy = hits(load_network(served), readings, sets["evaluation"].labels).mean()
    assert accuracy > 0.8
    assert found["fine_tuned_accuracy"]["value"] == pytest.approx(accuracy, abs=0.15)

    bounds, best = tmp_path / "bounds.json", tmp_path / "optimum.csv"
    run(
        "measure_bounds",
        {
            **data,
            "evaluation": above / "evaluation.tfrecord",
            "defence": behind["defence"],
            "signals": behind["signals"],
            "readings": behind["activations"],
        },
        {"record": bounds, "optimum": best},
        wire=name,
    )
    limits = json.loads(bounds.read_text())["unseen"]
    for measure in ("top1", "within_character"):
        assert limits[measure]["optimum"]["low"] <= limits[measure]["promise"] * (1 + 1e-9)
    if name == "codebook":
        assert limits["top1"]["promise"] == pytest.approx(5 / 120)
    # An attacker who has the candidates and stands behind the noise, by the gate.
    signals = load_network(behind["intercepted"]).predict(sets["evaluation"].images[:], verbose=0)
    known = read_activations(behind["signals"], "evaluation")
    np.testing.assert_allclose(known, signals, atol=1e-5)
    scores = rank_scores(readings, signals, sets["evaluation"].characters)
    table = pd.read_csv(best)
    attack = table.assign(**{measure: scores[measure] for measure in ("top1", "within_character")})
    place = {"target": "t", "seed": 1, "wire": name, "attacker": "retrieval"}
    assert not any(one.beats(2) for one in compare(place, attack, table))
    if channel["noise_deviation"]:
        left = readings - signals
        assert left.std() == pytest.approx(channel["noise_deviation"], rel=0.15)
    elif name == "shredder":
        tensors = np.array(defence["drawn_from"])
        apart = np.abs((readings - signals)[:, np.newaxis] - tensors).max(axis=2)
        assert (apart.min(axis=1) < 1e-5).all() and len(set(apart.argmin(axis=1))) == 4
    else:
        np.testing.assert_array_equal(readings, signals)
