"""The rows of summary.csv and baselines.csv, from the records of a study."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from mechanism_records import mechanism
from scores_tables import scores_of

from intercept.accounting.record import privacy_record
from intercept.metrics.leakage import image_scores, rank_scores, summarise
from intercept.report.rows import read_rows
from intercept.report.summary import BOUNDED, MEASURES, baseline_row, summary_row
from intercept.runtime.files import write_json

SCRIPTS = Path(__file__).parents[2] / "workflow" / "scripts"


def records(recipe="dp-adam", mechanism=None, steps=8240):
    training = {
        "settings": {"recipe": recipe, "epochs": 20, "batch_size": 32},
        "seed": 1,
        "steps": steps,
        "training_images": 11_000,
        "mechanism": mechanism,
        "majority_share": {"training": 0.07, "validation": 0.09},
        "code_sha256": "of the training",
        "final": {"train_accuracy": 0.4, "validation_accuracy": 0.3},
    }
    manifest = {"dataset": "omniglot", "classes": 50, "sets": {"target": {"labels": 20}}}
    manifest |= {"training_images": 11_000, "validation_images": 2180}
    return training, manifest, privacy_record(training, manifest)


def group(**values):
    """The summary of a group of 40 images, with an interval of +- 0.1."""
    measured = {
        name: {"value": value, "low": value - 0.1, "high": value + 0.1}
        for name, value in values.items()
    }
    return {"images": 40, "characters": 2, "chance": {"top1": 1 / 40}, **measured}


def limits(optimum, promise):
    return {"optimum": dict.fromkeys(("value", "low", "high"), optimum), "promise": promise}


UNDEFENDED = {
    "wildcards": {"target": "t", "wire": "r"},
    "cut_layer": "r",
    "defence": {"defence": "none"},
    "numbers": 32,
    "bits": None,
    "accuracy": {"value": 0.3, "low": 0.2, "high": 0.4},
    "fine_tuned_accuracy": {"value": 0.5, "low": None, "high": None},
    "character_accuracy": {"value": 0.3, "low": 0.2, "high": 0.4},
    "fine_tuned_on_training_images": True,
    "bounds": {
        "channel": {"epsilon": None},
        "clip_to_noise_ratio": None,
        "readings": 1,
        "unseen": {measure: limits(1.0, 1.0) for measure in BOUNDED},
        "seen": None,
        "code_sha256": "of the wire",
    },
    "code_sha256": "of the wire",
}


def metrics_of(**changed):
    usual = {
        "wildcards": {"target": "t", "wire": "r", "attacker": "a"},
        "attacker_settings": {"kind": "decoder", "epochs": 1},
        "attacker_mse": 0.05,
        "rebuilds": True,
        "links": False,
        "judges_itself": True,
        "held_out": group(top1=0.5),
        "unseen": None,
        "seen": None,
        "evaluation_sha256": "ab",
        "versions": {"tensorflow": "2", "intercept": "1"},
        "code_sha256": "of the attack",
    }
    return usual | changed


def row_of(training, manifest, privacy, wire=None, **metrics):
    wire = wire or UNDEFENDED
    return summary_row("s", "c", manifest, training, privacy, wire, metrics_of(**metrics))


def test_a_row_says_by_what_it_was_made():
    training, manifest, privacy = records()
    found = row_of(training, manifest, privacy)
    assert found["classes"] == 20  # that occur, of 50 that the data set has
    hashes = [found[name] for name in ("config_hash", "data_hash", "code_hash")]
    assert hashes[:2] == ["c", "ab"]
    other = row_of(training | {"code_sha256": "another"}, manifest, privacy)
    assert other["code_hash"] != found["code_hash"]
    assert row_of(*records(), code_sha256="another")["code_hash"] != found["code_hash"]


def test_summary_has_the_accounts_of_a_private_target():
    training, manifest, privacy = records(mechanism=mechanism())
    found = row_of(training, manifest, privacy)
    assert found["noise_multiplier"] == 0.7  # though the settings name none
    assert (found["sampler"], found["noise_source"], found["l2_norm_clip"]) == (
        "poisson",
        "os-entropy",
        1.0,
    )
    assert (found["sampling_probability"], found["delta"]) == (32 / 11_000, 1e-5)
    assert found["epsilon"] == privacy["epsilon"]["sampler_that_ran"]
    assert found["epsilon_replace_one"] == privacy["epsilon"]["replace_one"]
    assert found["epsilon_rdp"] == privacy["epsilon"]["rdp"]
    assert found["epsilon_no_amplification"] == privacy["epsilon"]["no_amplification"]
    assert found["epsilon_as_the_post_computed"] == pytest.approx(4.02, rel=0.005)
    assert found["epsilon_claimed"] is None
    assert found["network_is_guaranteed"] is True
    assert found["is_a_guarantee"] is False
    assert found["noise_generator"] == "float64-rounded-once"
    assert found["broken_conditions"] == ""
    listed = found["not_covered"].split(" | ")
    assert listed == [one["what"] for one in privacy["published"][1:]]
    assert not any("target.h5" in what for what in listed)
    assert found["majority_share"] == 0.09
    assert found["beats_guessing"] is True  # 0.3 of 2,180


def test_summary_claims_for_the_posts_recipe_alone_and_joins_what_is_broken():
    broken = mechanism(sampler="shuffle-buffer", batch_normalisation=True)
    training, manifest, privacy = records("post", broken)
    found = row_of(training, manifest, privacy)
    assert found["epsilon_claimed"] == found["epsilon_as_the_post_computed"]
    assert found["epsilon"] is None
    assert found["broken_conditions"].split(" | ") == privacy["broken_conditions"]
    assert len(privacy["broken_conditions"]) == 3


def test_summary_of_a_target_without_dp_has_no_epsilon():
    found = row_of(*records("non-private"))
    assert found["epsilon"] is None
    assert found["epsilon_as_the_post_computed"] is None
    assert found["noise_multiplier"] is None
    assert found["network_is_guaranteed"] is False
    assert found["is_a_guarantee"] is False
    assert found["not_covered"].startswith("target.h5")


@pytest.mark.parametrize(
    ("made", "steps", "fine_tuned", "outside"),
    [
        (mechanism(), 8240, True, True),
        (mechanism(), 8240, False, False),  # a server part without weights
        (mechanism(), 0, True, True),
        (None, 8240, True, False),
        (mechanism(sampler="shuffle-buffer"), 8240, True, False),
    ],
)
def test_summary_marks_a_server_part_that_was_fine_tuned_behind_a_private_network(
    made, steps, fine_tuned, outside
):
    wire = UNDEFENDED | {"fine_tuned_on_training_images": fine_tuned}
    found = row_of(*records(mechanism=made, steps=steps), wire)
    assert found["fine_tuned_outside_guarantee"] is outside


def test_summary_has_every_measure_of_every_group_with_its_interval():
    found = row_of(
        *records(), unseen=group(top1=0.25, skill=-0.5), held_out=group(top1=0.5), seen=None
    )
    assert (found["unseen_images"], found["seen_images"], found["held_out_images"]) == (40, 0, 40)
    assert (found["unseen_top1"], found["held_out_top1"], found["seen_top1"]) == (0.25, 0.5, None)
    assert (found["unseen_skill_low"], found["unseen_skill_high"]) == (-0.6, -0.4)
    for name in ("held_out", "unseen", "seen"):
        for measure in MEASURES:
            assert {f"{name}_{measure}{end}" for end in ("", "_low", "_high")} <= set(found)
    assert found["unseen_ssim"] is None  # not measured


def test_summary_of_an_undefended_wire_promises_nothing():
    found = row_of(*records(), unseen=group(top1=0.5))
    assert (found["cut_layer"], found["defence"]) == ("r", "none")
    assert (found["numbers"], found["bits"], found["readings"]) == (32, None, 1)
    assert (found["server_accuracy"], found["server_accuracy_low"]) == (0.3, 0.2)
    assert (found["fine_tuned_accuracy"], found["fine_tuned_accuracy_high"]) == (0.5, None)
    assert (found["character_accuracy"], found["character_accuracy_high"]) == (0.3, 0.4)
    assert found["clip_to_noise_ratio"] is None
    assert found["unseen_top1_optimum"] == found["unseen_top1_promise"] == 1
    assert found["seen_top1_optimum"] is found["seen_within_character_promise"] is None


def test_summary_has_optimum_and_promise_of_a_noisy_wire():
    optimum = {"value": 0.2, "low": 0.19, "high": 0.21}
    noisy = {"top1": {"optimum": optimum, "promise": 0.4}, "within_character": limits(0.6, 0.9)}
    wire = UNDEFENDED | {
        "wildcards": {"target": "t", "wire": "r-noise-2"},
        "defence": {"defence": "noise"},
        "bounds": {
            "channel": {"epsilon": 1.5},
            "clip_to_noise_ratio": 2.0,
            "readings": 4,
            "unseen": noisy,
            "seen": None,
            "code_sha256": "of the wire",
        },
    }
    found = row_of(*records(), wire=wire, unseen=group(top1=0.5))
    assert (found["defence"], found["clip_to_noise_ratio"], found["readings"]) == (
        "noise-2",
        2.0,
        4,
    )
    assert found["local_epsilon"] == 1.5
    assert (found["unseen_top1_optimum"], found["unseen_top1_promise"]) == (0.2, 0.4)
    assert (found["unseen_top1_optimum_low"], found["unseen_top1_optimum_high"]) == (0.19, 0.21)
    assert found["unseen_within_character_promise"] == 0.9
    assert found["seen_top1_promise"] is None


def test_summary_of_an_attacker_without_images():
    found = row_of(
        *records(),
        rebuilds=False,
        attacker_mse=None,
        attacker_settings={"kind": "retrieval"},
        unseen=group(top1=0.9, within_character=0.95),
    )
    assert (found["rebuilds"], found["judges_itself"]) == (False, True)
    assert found["unseen_within_character"] == 0.95
    for column in ("unseen_mse", "unseen_skill", "unseen_skill_low", "attacker_mse"):
        assert found[column] is None
    assert found["attacker_epochs"] is None


def test_summary_knows_every_measure_that_is_taken():
    random = np.random.default_rng(1)
    images = random.random((6, 12, 12, 1), dtype=np.float32)
    characters = np.arange(6) // 2
    scores = image_scores(images, images, images.mean(axis=0))
    scores |= rank_scores(images, images, characters)
    scores |= {"class_top1": np.ones(6), "activation_error": np.zeros(6)}
    taken = set(summarise(scores, np.zeros(6), characters, seed=1))
    assert taken - {"images", "characters", "chance"} == set(MEASURES)


def test_a_baseline_has_the_measures_of_an_attack_and_no_held_out_images():
    measures = {"autoencoder": {"unseen": group(ssim=0.5), "seen": None}}
    record = {"measures": measures, "numbers": {"autoencoder": 32}, "code_sha256": "b"}
    found = baseline_row("autoencoder", 1, None, record, "c")
    assert (found["config_hash"], found["code_hash"]) == ("c", "b")
    assert (found["baseline"], found["seed"], found["numbers"], found["target"]) == (
        "autoencoder",
        1,
        32,
        None,
    )
    assert (found["unseen_images"], found["unseen_ssim"], found["unseen_ssim_high"]) == (
        40,
        0.5,
        0.6,
    )
    assert (found["seen_images"], found["seen_ssim"]) == (0, None)
    attack = row_of(*records(), unseen=group(ssim=0.5))
    measured = {
        name
        for name in attack
        if name.startswith(("unseen_", "seen_")) and "_optimum" not in name
        if not name.endswith(("_promise", "_drawings"))
    }
    assert measured == {name for name in found if name.startswith(("unseen_", "seen_"))}


def test_each_attack_has_the_wire_that_it_attacked(tmp_path):
    """Whatever the order of what its place is named by."""
    training, manifest, privacy = records("non-private")
    numbers, files = {"r": 32, "q": 7}, {"training": training, "privacy": privacy}
    files |= {"manifest": manifest, "bounds": UNDEFENDED["bounds"]}
    for wire, count in numbers.items():
        named = {"target": "t", "seed": "1", "wire": wire, "attacker": "a"}
        files[f"server-{wire}"] = UNDEFENDED | {"numbers": count, "wildcards": named}
        files[f"metrics-{wire}"] = metrics_of(wildcards=named)
    measures = {"autoencoder": {"unseen": None, "seen": None}}
    files["baseline"] = {"measures": measures, "numbers": {"autoencoder": 32}, "code_sha256": "b"}
    for name, record in files.items():
        write_json(tmp_path / name, record)
    scores_of(np.random.default_rng(0), 0.5).to_csv(tmp_path / "scores", index=False)

    def paths(*names):
        return [tmp_path / name for name in names]

    source = (SCRIPTS / "collect_summary.py").read_text().rpartition("snakemake: Job")[0]
    exec(source, script := {"__name__": "collect_summary"})
    script["main"](
        SimpleNamespace(
            input=SimpleNamespace(
                manifest=tmp_path / "manifest",
                trainings=paths("training"),
                privacies=paths("privacy"),
                servers=paths(*(f"server-{wire}" for wire in numbers)),
                bounds=paths("bounds", "bounds"),
                metrics=paths(*(f"metrics-{wire}" for wire in numbers)),
                scores=paths("scores", "scores"),
                baselines=paths("baseline"),
            ),
            output=SimpleNamespace(summary=tmp_path / "summary", baselines=tmp_path / "baselines"),
            params=SimpleNamespace(
                study="s",
                config_hash="c",
                networks=[{"seed": 1, "target": "t"}],
                wires=[{"wire": wire, "seed": 1, "target": "t"} for wire in numbers],
                not_run=[],
                attackers={},
                baselines=[{"seed": 1, "target": None}],
            ),
        )
    )
    found = read_rows(tmp_path / "summary")
    assert dict(zip(found["wire"], found["numbers"], strict=True)) == numbers


@pytest.mark.parametrize(
    ("accuracy", "share", "images", "beats"),
    [(0.3, 0.09, 2180, True), (0.09, 0.09, 2180, False), (1, 0.5, 2, None), (None, 0.5, 9, None)],
    ids=["better", "guesses", "too few images", "not known"],
)
def test_a_row_says_whether_its_network_beats_guessing(accuracy, share, images, beats):
    training, manifest, privacy = records()
    training["final"]["validation_accuracy"] = accuracy
    training["majority_share"]["validation"] = share
    found = row_of(training, manifest | {"validation_images": images}, privacy)
    assert found["beats_guessing"] == beats
