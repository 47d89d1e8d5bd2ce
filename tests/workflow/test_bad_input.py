"""Bad input gets one clear line and a non-zero exit, and what was finished stays."""

import yaml

from tests.workflow.conftest import TINY, refused

RESULTS = "results/tiny"


def changed(section: str, **values) -> dict:
    return {section: {**TINY[section], **values}}


def test_a_bad_configuration_is_refused_before_anything_runs(project):
    """By the same check whatever the mistake is; which are found is in test_study_mistakes.py."""
    before = project.files()
    project.configure(atackers={})
    refused(project.run(), "atackers", "attackers")
    assert project.files() == before


def test_what_does_not_fit_the_data_is_refused_before_training(project):
    dp = {"recipe": "dp-adam", "epochs": 1, "noise_multiplier": 1, "batch_size": 49}
    project.configure(targets={"dp": dp}, wires={"plain": {"cut_layers": ["mobile_output"]}})
    run = project.run(f"{RESULTS}/dp/seed-1/target.h5")
    refused(run, "batch_size is 49", "48 training images", "sampling probability over 1")
    assert not list((project.path / RESULTS / "dp").rglob("*.*"))


def test_an_unknown_key_on_the_command_line_is_refused(project):
    refused(project.run("--config", "sede=2"), "sede", "seeds")


def test_a_list_and_a_mapping_on_the_command_line_are_taken_as_they_are(project):
    plan = project.plan("--config", "seeds=[1, 2]", "attackers={post: {epochs: 2}}")
    assert plan["train_target"] == 4
    # Post and refine with the first seed, and whoever attacks with the second.
    assert plan["attack_wire"] == (6 + 2 + 1) + (10 + 3)
    assert project.plan("--config", "seeds=[1]", "dataset={name: mnist_5k}") == {}
    refused(
        project.run("--config", "dataset={allow_overlap: no}"), "--config dataset: no is", "quotes"
    )


def test_no_file_fills_in_what_another_leaves_out(project):
    """The default study has a data set, targets and attackers; none of them are this study's."""
    section = {key: value for key, value in TINY["dataset"].items() if key != "name"}
    project.configure(dataset=section)
    refused(project.run("--dry-run"), "key 'dataset.name' is missing")


def test_what_yaml_would_let_pass_is_refused_with_its_line(project):
    rest = yaml.safe_dump({k: v for k, v in TINY.items() if k != "study"})
    (project.path / "study.yaml").write_text(f"study: tiny\nstudy: again\n{rest}")
    said = ("study.yaml", "line 2: key 'study' is in line 1", "leave one out")
    refused(project.run("--dry-run"), *said)


def test_a_cut_layer_that_the_model_has_not_is_refused_with_those_it_has(project):
    before = project.files()
    plain = {**TINY["wires"]["plain"], "cut_layers": ["mobile_output", "mobile_outptu"]}
    project.configure(wires={**TINY["wires"], "plain": plain})
    refused(project.run(), "mobile_outptu", "mobile_pool_1", "server_dense")
    assert project.files() == before
    project.configure()
    assert not {"train_target", "attack_wire", "measure_attack"} & set(project.plan())


def test_splits_that_cannot_be_used_are_refused(fresh):
    splits = {**TINY["dataset"]["splits"], "attacker": "evaluation[:60]"}
    fresh.configure(**changed("dataset", splits=splits))
    run = fresh.run("data/mnist_5k/manifest.json")
    refused(run, "allow_overlap", "60 of attacker and evaluation")


def test_no_network_and_no_prepared_data_names_three_ways_on(fresh, tmp_path):
    fresh.configure(**changed("dataset", name="omniglot"))
    run = fresh.run(
        "data/omniglot/manifest.json",
        TFDS_DATA_DIR=str(tmp_path),
        HTTPS_PROXY="http://127.0.0.1:9",
        HTTP_PROXY="http://127.0.0.1:9",
    )
    refused(run, "internet", "TFDS_DATA_DIR", "make demo")
