"""What a finished study leaves behind."""

import json
import subprocess
import sys
from pathlib import Path

import h5py
import numpy as np
import pandas as pd
import pytest
from PIL import Image

from intercept.datasets import cache
from intercept.networks.model_file import load_network
from intercept.runtime import checksums
from intercept.training.recipes import build_trainer, recipe_settings

RESULTS = "results/tiny"
CUT = f"{RESULTS}/no-dp/seed-1/mobile_output"


TARGETS = ["no-dp-epoch-0", "no-dp", "dp-noise-0.7", "dp-noise-0.3", "stopped", "untrained"]
ATTACKERS = ["post", "refine", "retrieval"]


def test_the_table_has_a_row_for_each_attack(finished):
    table = pd.read_csv(finished.path / RESULTS / "summary.csv")
    plain = table[table["defence"] == "none"]
    assert list(zip(plain["target"], plain["attacker"], strict=True)) == [
        (target, attacker)
        for target in TARGETS
        for attacker in (ATTACKERS if target in ("no-dp", "dp-noise-0.7") else ["post"])
    ]
    behind = table[table["defence"] == "noise-2"]
    assert list(zip(behind["target"], behind["attacker"], strict=True)) == [
        ("no-dp", "post"),
        ("no-dp", "retrieval"),
        ("no-dp", "linkage"),
    ]
    assert (table["unseen_images"] == 60).all()
    assert (table["seen_images"] == 0).all()
    assert table["validation_accuracy"].between(0, 1).all()
    assert table["majority_share"].between(0, 1).all()
    rebuilds = table["rebuilds"]
    assert table.loc[rebuilds, "attacker"].unique().tolist() == ["post", "refine"]
    for measure in (
        "unseen_skill",
        "unseen_class_top1",
        "unseen_activation_error",
        "held_out_class_top1",
    ):
        assert (table[measure].notna() == rebuilds).all()
    for measure in ("unseen_within_character", "held_out_top1"):
        assert table[measure].between(0, 1).all()
        assert (table[f"{measure}_low"] <= table[f"{measure}_high"]).all()
    targets = table.drop_duplicates("target")
    assert targets["epsilon"].notna().tolist() == [True, False, True, True, False, True]
    assert targets["epsilon"].iloc[[0, -1]].tolist() == [0, 0]
    guaranteed = [True, False, True, True, False, True]
    assert targets["network_is_guaranteed"].tolist() == guaranteed
    assert not targets["is_a_guarantee"].any()
    assert targets["fine_tuned_outside_guarantee"].tolist() == guaranteed
    assert targets["target_steps"].tolist() == [0, 2, 2, 2, 2, 0]
    assert targets["training"].tolist() == ["no-dp", *TARGETS[1:]]
    assert targets["numbers"].tolist() == [32, 32, 32, 32, 32, 8]


def test_refinement_comes_as_near_to_the_activation_as_its_start_or_nearer(finished):
    table = pd.read_csv(finished.path / RESULTS / "summary.csv")
    plain = table[table["defence"] == "none"].set_index(["attacker", "target"])
    error = plain["unseen_activation_error"]
    assert len(error["refine"]) == 2
    assert (error["refine"] <= error["post"][error["refine"].index]).all()


def test_every_baseline_is_measured(finished):
    table = pd.read_csv(finished.path / RESULTS / "baselines.csv")
    of_none = table[table["target"].isna()]
    assert set(of_none["baseline"]) == {
        "blank_image",
        "mean_image",
        "nearest_own_image",
        "principal_components",
        "autoencoder",
    }
    assert list(table.loc[table["baseline"] == "predicted_class", "target"]) == TARGETS
    mean = table[table["baseline"] == "mean_image"].iloc[0]
    for ceiling in ("principal_components", "autoencoder"):
        wide = table[table["baseline"] == ceiling].set_index("numbers")
        assert sorted(wide.index) == [8, 32]
        assert wide.loc[8, "unseen_mse"] != wide.loc[32, "unseen_mse"]
    components = table[table["baseline"] == "principal_components"].set_index("numbers")
    assert components.loc[8, "unseen_mse"] > components.loc[32, "unseen_mse"]
    assert mean["unseen_skill"] == 0
    assert mean["unseen_top1"] == pytest.approx(1 / 60)


def test_the_intercepted_part_is_plain_keras_and_sends_the_whole_models_activation(finished):
    loaded = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys, numpy, tensorflow as tf;"
            "model = tf.keras.models.load_model(sys.argv[1]);"
            "print(model.output_shape)",
            str(finished.path / CUT / "intercepted.h5"),
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    assert loaded.stdout.strip() == "(None, 1, 1, 32)"
    whole = load_network(finished.path / RESULTS / "no-dp/seed-1/target.h5")
    intercepted = load_network(finished.path / CUT / "intercepted.h5")
    manifest = json.loads((finished.path / "data/mnist_5k/manifest.json").read_text())
    images = cache.read(
        finished.path / "data/mnist_5k/evaluation.tfrecord", manifest["sets"]["evaluation"]
    ).images[:]
    activation = images
    for layer in whole.layers[1:]:
        activation = layer(activation, training=False)
        if layer.name == "mobile_output":
            break
    np.testing.assert_array_equal(intercepted(images), activation)
    with h5py.File(finished.path / CUT / "activations.h5") as file:
        np.testing.assert_allclose(file["evaluation"][:], activation, rtol=1e-4, atol=1e-5)


def test_a_noisy_wire_carries_what_the_device_sends_and_noise(finished):
    behind = finished.path / f"{CUT}-noise-2"
    defence = json.loads((behind / "defence.json").read_text())
    assert defence["l2_norm_clip"] / defence["deviation"] == pytest.approx(2)
    manifest = json.loads((finished.path / "data/mnist_5k/manifest.json").read_text())
    images = cache.read(
        finished.path / "data/mnist_5k/evaluation.tfrecord", manifest["sets"]["evaluation"]
    ).images[:]
    signals = load_network(behind / "intercepted.h5")(images).numpy().reshape(len(images), -1)
    offsets = signals - np.array(defence["centre"])
    assert np.linalg.norm(offsets, axis=1).max() <= defence["l2_norm_clip"] * 1.001
    with h5py.File(behind / "activations.h5") as file:
        left = file["evaluation"][:].reshape(len(images), -1) - signals
    assert left.std() == pytest.approx(defence["deviation"], rel=0.1)


def test_every_wire_has_its_accuracy_its_optimum_and_its_promise(finished):
    table = pd.read_csv(finished.path / RESULTS / "summary.csv")
    for column in ("server_accuracy", "fine_tuned_accuracy"):
        assert table[column].between(0, 1).all()
    undefended = table["defence"] == "none"
    own = table[undefended]
    np.testing.assert_allclose(own["server_accuracy"], own["validation_accuracy"], atol=1e-6)
    for measure in ("top1", "within_character"):
        optimum, promise = (table[f"unseen_{measure}_{c}"] for c in ("optimum", "promise"))
        assert optimum.between(1 / 60, 1).all()
        assert (table[f"unseen_{measure}_optimum_low"] <= promise).all()
        assert ((promise == 1) == undefended).all()
        # Retrieval is the best rule, and without noise it gets exactly what is possible.
        own = table[undefended & (table["attacker"] == "retrieval")]
        np.testing.assert_allclose(own[f"unseen_{measure}"], own[f"unseen_{measure}_optimum"])
    single = ~table["links"]
    bounds = pd.read_csv(finished.path / RESULTS / "bounds.csv")
    assert len(bounds) == 2 * single.sum()  # measures
    noisy = bounds[(bounds["wire"] == "mobile_output-noise-2")]
    assert noisy.loc[noisy["attacker"] == "retrieval", "difference"].abs().max() == 0
    assert load_network(f"{finished.path / CUT}-noise-2/server.h5").input_shape == (None, 1, 1, 32)


def test_an_attack_that_beats_the_best_rule_fails_the_study(project, monkeypatch):
    monkeypatch.chdir(project.path)
    path = Path(RESULTS, "no-dp/seed-1/mobile_output-noise-2/post/scores.csv")
    pd.read_csv(path).assign(top1=1.0, within_character=1.0).to_csv(path, index=False)
    checksums.record([path])
    run = project.run(f"{RESULTS}/bounds.csv")  # which the study asks for
    assert run.code != 0
    assert "2 of 24 measures of attacks are above what the best rule gets" in run.error
    assert "post on mobile_output-noise-2 of no-dp" in run.error
    assert not (project.path / RESULTS / "bounds.csv").exists()


def test_a_checkpoint_is_the_network_that_its_training_had(finished):
    """At epoch 0 that of another training from the same seed that took no step."""
    taken, whole = (finished.path / RESULTS / f"no-dp{end}/seed-1" for end in ("-epoch-0", ""))
    network = load_network(taken / "target.h5")
    with h5py.File(whole / "checkpoints.h5") as file:
        assert list(file) == ["0"]
        kept = [file["0"][str(number)][()] for number in range(len(file["0"]))]
    settings, classes = recipe_settings("post-part-1", epochs=0), network.output_shape[-1]
    trainer = build_trainer(settings, (28, 28, 1), classes, 48, seed=1)
    ended = load_network(whole / "target.h5").get_weights()
    for one, other, initial in zip(
        network.get_weights(), kept, trainer.network.get_weights(), strict=True
    ):
        np.testing.assert_array_equal(one, other)
        np.testing.assert_array_equal(one, initial)
    assert any(not np.array_equal(a, b) for a, b in zip(ended, kept, strict=True))
    record = json.loads((taken / "training.json").read_text())
    training = json.loads((whole / "training.json").read_text())
    assert (record["taken_from"], record["steps"], record["settings"]["epochs"]) == ("no-dp", 0, 0)
    for key in ("data_sha256", "mechanism", "training_images", "seed", "majority_share"):
        assert record[key] == training[key]
    history = pd.read_csv(whole / "history.csv")
    assert list(history["epoch"]) == [0, 1]
    assert list(pd.read_csv(taken / "history.csv")["epoch"]) == [0]
    first = history.iloc[0]
    for measure in ("train_accuracy", "validation_accuracy", "validation_loss"):
        assert record["final"][measure] == pytest.approx(first[measure])
    assert json.loads((taken / "privacy.json").read_text())["epsilon"]["sampler_that_ran"] == 0


def test_what_a_private_training_did_is_recorded_and_accounted(finished):
    record = json.loads((finished.path / RESULTS / "dp-noise-0.7/seed-1/training.json").read_text())
    assert record["steps"] == 2
    mechanism = record["mechanism"]
    assert (mechanism["noise_multiplier"], mechanism["l2_norm_clip"]) == (0.7, 1.0)
    assert (mechanism["sampler"], mechanism["examples"]) == ("poisson", 48)
    privacy = json.loads((finished.path / RESULTS / "dp-noise-0.7/seed-1/privacy.json").read_text())
    assert privacy["sampling_probability"] == pytest.approx(32 / 48)
    assert (privacy["steps"], privacy["noise_source"]) == (2, "os-entropy")
    assert privacy["network_is_guaranteed"] is True
    assert mechanism["noise_generator"] == "float64-rounded-once"
    assert privacy["broken_conditions"] == []


def test_a_target_that_stops_at_anothers_accuracy_knows_it(finished):
    seed = finished.path / RESULTS
    other = json.loads((seed / "no-dp/seed-1/training.json").read_text())
    record = json.loads((seed / "stopped/seed-1/training.json").read_text())
    assert record["stop_at_validation_accuracy"] == other["final"]["validation_accuracy"]
    assert record["mechanism"] is None


def test_every_figure_is_written_as_picture_and_drawing(finished):
    figures = finished.path / RESULTS / "figures"
    drawn, pictures = (
        {str(path.relative_to(figures).with_suffix("")) for path in figures.rglob(f"*.{suffix}")}
        for suffix in ("svg", "png")
    )
    assert pictures == drawn
    assert pictures == {
        "training",
        "attackers",
        "improvement",
        "frontier",
        "along-training",
        "leakage-scale/mobile_output",
        "identification/mobile_output",
    }


def test_every_attack_that_rebuilds_has_a_picture_of_the_same_images(finished):
    pictures = finished.path / RESULTS / "figures/pictures"
    drawn = {str(path.relative_to(pictures)) for path in pictures.rglob("*.webp")}
    attacked = pd.read_csv(finished.path / RESULTS / "summary.csv").query("rebuilds")
    attacks = {
        f"{one.target}/seed-{one.seed}/{one.wire}/{one.attacker}" for one in attacked.itertuples()
    }
    assert drawn == {f"{attack}.webp" for attack in attacks | {"originals"}}
    assert len({Image.open(path).size for path in pictures.rglob("*.webp")}) == 1


def test_a_quiet_run_says_nothing(project):
    of_snakemake_itself = ["Using workflow specific profile"]
    (project.path / RESULTS / "report.html").unlink()
    whole = project.run("--quiet", "all")
    log = project.path / "logs/tiny/stopped/seed-1/train_target.log"
    for file in (log, project.path / RESULTS / "stopped/seed-1/history.csv"):
        file.unlink()
    training = project.run(f"{RESULTS}/stopped/seed-1/history.csv", "--quiet", "all")
    for run in (whole, training):
        assert run.code == 0, run.output
        assert [line[:31] for line in run.output.splitlines()] == of_snakemake_itself
    assert (project.path / RESULTS / "report.html").exists()
    assert "epoch 1/1" in log.read_text()
