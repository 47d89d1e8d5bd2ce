"""Bad input gets one clear line and a non-zero exit, and what was finished stays."""

import pytest
import yaml

from tests.workflow.conftest import TINY, refused

RESULTS = "results/tiny"


def changed(section: str, **values) -> dict:
    return {section: {**TINY[section], **values}}


def target(**values) -> dict:
    return {"targets": {"dp": {"recipe": "dp-adam", "epochs": 1, **values}}}


CONFIGURATIONS = {
    "misspelt": ({"atackers": {}}, ["atackers", "attackers"]),
    "misspelt-in-a-target": (target(noise_multipliers=[1], epoch=2), ["epoch", "epochs"]),
    "negative-noise": (target(noise_multiplier=-0.5), ["noise_multiplier", "-0.5", "0 or more"]),
    "noise-in-words": (target(noise_multiplier="low"), ["noise_multiplier", "'low'", "number"]),
    "noise-negative-in-list": (
        target(noise_multipliers=[0.7, -1]),
        ["'targets.dp.noise_multipliers[1]' is -1", "0 or more"],
    ),
    "no-clip": (target(noise_multiplier=1, l2_norm_clip=0), ["l2_norm_clip", "is 0", "above 0"]),
    "delta-of-one": (target(noise_multiplier=1, delta=1), ["delta", "is 1", "below 1"]),
    "batch-normalisation": (
        target(noise_multiplier=1, normalisation="batch"),
        ["'targets.dp.normalisation' is 'batch'", "mixes the examples", "write example"],
    ),
    "no-such-recipe": (
        {"targets": {"a": {"recipe": "unsound"}}},
        ["recipe", "'unsound'", "dp-adam"],
    ),
    "a-list-as-before": (
        {"targets": [{"name": "a", "recipe": "dp-adam"}]},
        ["under a name of its own"],
    ),
    "no-such-attacker": (
        {"attackers": {"mallory": {}}},
        ["'attackers.mallory' has no kind", "post"],
    ),
}


@pytest.mark.parametrize(("change", "parts"), CONFIGURATIONS.values(), ids=CONFIGURATIONS)
def test_a_bad_configuration_is_refused_before_anything_runs(project, change, parts):
    before = project.files()
    project.configure(**change)
    refused(project.run(), *parts)
    assert project.files() == before


@pytest.mark.parametrize(
    ("values", "parts"),
    [
        (
            {"noise_multiplier": 1, "batch_size": 49},
            ["batch_size is 49", "48 training images", "sampling probability over 1"],
        ),
        (
            {"noise_multiplier": 0.7, "epsilon": 1},
            ["epsilon is 1 and noise_multiplier is 0.7, which gives epsilon", "give one"],
        ),
    ],
    ids=["sampling-probability-over-1", "epsilon-and-noise-disagree"],
)
def test_what_does_not_fit_the_data_is_refused_before_training(project, values, parts):
    project.configure(**target(**values), wires={"plain": {"cut_layers": ["mobile_output"]}})
    refused(project.run(f"{RESULTS}/dp/seed-1/target.h5"), *parts)
    assert not list((project.path / RESULTS / "dp").rglob("*.*"))


def test_an_unknown_key_on_the_command_line_is_refused(project):
    refused(project.run("--config", "sede=2"), "sede", "seeds")


def test_a_list_and_a_mapping_on_the_command_line_are_taken_as_they_are(project):
    assert project.plan("--config", "seeds=[1, 2]")["train_target"] == 4
    quick = "attackers={post: {epochs: 2}}"
    assert project.plan("--config", quick)["attack_wire"] == 6 + 2 + 1
    assert project.plan("--config", "seeds=[1]", "dataset={name: mnist_5k}") == {}
    refused(
        project.run("--config", "dataset={allow_overlap: no}"), "--config dataset: no is", "quotes"
    )


def test_no_file_fills_in_what_another_leaves_out(project):
    """The default study has a data set, targets and attackers; none of them are this study's."""
    section = {key: value for key, value in TINY["dataset"].items() if key != "name"}
    project.configure(dataset=section)
    refused(project.run("--dry-run"), "key 'dataset.name' is missing")


@pytest.mark.parametrize(
    ("written", "parts"),
    [
        ("study: again", ["line 2: key 'study' is in line 1", "leave one out"]),
        ("augmentation: {copies: 1_0}", ["line 2: 1_0 is 10 to YAML", "digits alone"]),
        ("augmentation: {shift: 1e-3}", ["line 2: 1e-3 is a text to YAML; write 0.001"]),
    ],
    ids=["key-twice", "another-number", "text"],
)
def test_what_yaml_would_let_pass_is_refused_with_its_line(project, written, parts):
    rest = yaml.safe_dump({k: v for k, v in TINY.items() if k not in ("study", "augmentation")})
    (project.path / "study.yaml").write_text(f"study: tiny\n{written}\n{rest}")
    refused(project.run("--dry-run"), "study.yaml", *parts)


def test_a_cut_layer_that_the_model_has_not_is_refused_with_those_it_has(project):
    before = project.files()
    plain = {**TINY["wires"]["plain"], "cut_layers": ["mobile_output", "mobile_outptu"]}
    project.configure(wires={**TINY["wires"], "plain": plain})
    refused(project.run(), "mobile_outptu", "mobile_pool_1", "server_dense")
    assert project.files() == before
    project.configure()
    assert not {"train_target", "attack_wire", "measure_attack"} & set(project.plan())


@pytest.mark.parametrize(
    ("splits", "parts"),
    [
        ({"train": "tagret[:48]"}, ["'tagret'", "attacker", "target"]),
        ({"train": "target[:20000]"}, ["target[:20000]", "2500"]),
        ({"attacker": "evaluation[:60]"}, ["allow_overlap", "60 of attacker and evaluation"]),
        ({"attacker": "target[:48]"}, ["48 of target and attacker"]),
    ],
    ids=["no-such-split", "set-too-small", "overlap", "overlap-with-the-target"],
)
def test_splits_that_cannot_be_used_are_refused(fresh, splits, parts):
    fresh.configure(**changed("dataset", splits={**TINY["dataset"]["splits"], **splits}))
    refused(fresh.run("data/mnist_5k/manifest.json"), *parts)


def test_no_network_and_no_prepared_data_names_three_ways_on(fresh, tmp_path):
    fresh.configure(**changed("dataset", name="omniglot"))
    run = fresh.run(
        "data/omniglot/manifest.json",
        TFDS_DATA_DIR=str(tmp_path),
        HTTPS_PROXY="http://127.0.0.1:9",
        HTTP_PROXY="http://127.0.0.1:9",
    )
    refused(run, "internet", "TFDS_DATA_DIR", "make demo")


def test_an_unknown_data_set_is_refused(fresh):
    fresh.configure(**changed("dataset", name="omniglott"))
    refused(fresh.run("data/omniglott/manifest.json"), "'omniglott'", "mnist_5k")
