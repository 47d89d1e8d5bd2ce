"""What Snakemake would run again, and what not."""

import copy

import pytest
import yaml

from tests.workflow.conftest import TINY

TARGETS = 6
TINY_TARGETS = ["no-dp-epoch-0", "no-dp", "dp-noise-0.7", "dp-noise-0.3", "stopped", "untrained"]
TRAINED = 4  # and one with a checkpoint, which is the sixth
ATTACKERS = 3
DEFENDED = 1  # releases behind noise, of one target
DEFENDED_ATTACKERS = 3  # post, retrieval, linkage

# What a change of one target draws anew: a sheet for each of the two attackers that rebuild images,
# and one of every attacker for the target alone.
REPORT = {
    "collect_summary": 1,
    "compare_rows": 1,
    "check_bounds": 1,
    "plot_leakage_scale": 1,
    "plot_along_training": 1,
    "plot_frontier": 1,
    "plot_bounds": 1,
    "plot_defences": 1,
    "plot_reconstructions": 2,
    "plot_by_attacker": 1,
    "plot_extremes": 1,
    "plot_identification": 1,
    "plot_improvement": 1,
    "plot_training": 1,
    "plot_attackers": 1,
    "render_report": 1,
}

BEFORE_THE_ATTACK = {
    "prepare_dataset",
    "train_target",
    "cut_release",
    "make_surrogates",
    "compute_activations",
    "train_embedding",
}


def test_a_finished_study_has_nothing_to_do(finished):
    run = finished.run("--dry-run")
    assert "Nothing to be done" in run.output
    assert run.jobs == {}


def with_dp(**changes):
    """The tiny study's targets with some settings of the private ones changed."""
    targets = copy.deepcopy(TINY["targets"])
    targets["dp"] |= changes
    return targets


def edit(project, module):
    with (project.path / "workflow/scripts/intercept" / module).open("a") as file:
        file.write("\n# An edit.\n")


def test_a_changed_noise_level_reruns_its_target_and_what_hangs_on_it(project):
    project.configure(targets=with_dp(noise_multipliers=[0.7, 0.4]))
    assert project.plan() == {
        "train_target": 1,
        "account_privacy": 1,
        "cut_release": 1,
        "compute_activations": 1,
        "measure_class_baseline": 1,
        "measure_release": 1,
        "measure_wire": 1,
        "attack_release": ATTACKERS,
        "measure_attack": ATTACKERS,
        **REPORT,
    }


def test_a_changed_recipe_setting_reruns_the_targets_of_that_recipe(project):
    project.configure(targets=with_dp(learning_rate=0.001))
    assert project.plan()["train_target"] == 2


def test_a_checkpoint_is_taken_anew_without_a_training(project):
    (project.path / "results/tiny/no-dp-epoch-0/seed-1/target.h5").unlink()
    assert project.plan("results/tiny/no-dp-epoch-0/seed-1/target.h5") == {"take_checkpoint": 1}


def test_an_edited_recipe_retrains_its_own_targets(project):
    edit(project, "training/recipes/sound/trainer.py")
    assert project.plan()["train_target"] == 2


def test_a_target_that_stops_at_anothers_accuracy_hangs_on_it(project):
    edit(project, "training/recipes/post_part_1/trainer.py")
    plan = project.plan()
    # Itself, its checkpoint, and the one that stops at its accuracy.
    assert plan["train_with_checkpoints"] == plan["take_checkpoint"] == plan["train_target"] == 1


def test_an_edited_recipe_that_no_target_uses_reruns_nothing(project):
    edit(project, "training/recipes/post/trainer.py")
    assert project.plan() == {}


def test_a_changed_attacker_retrains_no_target(project):
    attackers = copy.deepcopy(TINY["attackers"])
    attackers["post"]["epochs"] = 2
    project.configure(attackers=attackers)
    plan = project.plan()
    # Itself, and the one that starts at its answers.
    assert plan["attack_release"] == plan["measure_attack"] == 2 * TARGETS + DEFENDED
    assert not BEFORE_THE_ATTACK & set(plan)


def test_an_edited_attacker_attacks_anew_alone(project):
    edit(project, "attackers/retrieval/attacker.py")
    plan = project.plan()
    # Linkage is built on it.
    assert plan["attack_release"] == plan["measure_attack"] == TARGETS + 2 * DEFENDED
    assert not BEFORE_THE_ATTACK & set(plan)


def test_an_edited_attacker_that_is_not_used_reruns_nothing(project):
    edit(project, "attackers/decoder/attacker.py")
    assert project.plan() == {}


def test_edited_metrics_repeat_no_attack(project):
    edit(project, "metrics/pixels.py")
    plan = project.plan()
    assert plan["measure_attack"] == TARGETS * ATTACKERS + DEFENDED_ATTACKERS * DEFENDED
    assert not (BEFORE_THE_ATTACK | {"attack_release", "train_autoencoder"}) & set(plan)


def test_more_altered_copies_are_made_once_and_attack_anew(project):
    project.configure(augmentation={"copies": 2})
    plan = project.plan()
    assert plan["make_surrogates"] == 1
    assert plan["compute_activations"] == TARGETS
    assert plan["defend_release"] == DEFENDED
    assert not {"prepare_dataset", "train_target", "cut_release"} & set(plan)


def test_other_attackers_attack_alone_two_of_one_kind_among_them(project):
    releases = copy.deepcopy(TINY["releases"])
    releases["plain"]["attackers"] += ["decoder", "longer"]
    decoders = {"decoder": {"epochs": 1}, "longer": {"kind": "decoder", "epochs": 2}}
    project.configure(attackers=TINY["attackers"] | decoders, releases=releases)
    plan = project.plan()
    assert plan["attack_release"] == plan["measure_attack"] == 2 * TARGETS
    assert not BEFORE_THE_ATTACK & set(plan)


def test_edited_plots_rerun_no_training(project):
    edit(project, "report/figures/__init__.py")
    plan = project.plan()
    assert plan["plot_reconstructions"]
    assert not (BEFORE_THE_ATTACK | {"attack_release", "measure_attack"}) & set(plan)


@pytest.mark.parametrize("part", ["page.html.j2", "post.html.j2", "page.css", "page.js"])
def test_an_edited_part_of_the_page_renders_it_alone(project, part):
    edit(project, f"report/templates/{part}")
    assert project.plan() == {"render_report": 1}


def test_an_edited_network_retrains_every_target(project):
    edit(project, "network.py")
    plan = project.plan()
    assert plan["train_target"] == TRAINED
    assert plan["train_with_checkpoints"] == 1
    assert "prepare_dataset" not in plan


def test_a_second_seed_trains_its_own_targets_only(project):
    project.configure(seeds=[1, 2])
    plan = project.plan()
    assert plan["train_target"] == TRAINED
    assert plan["train_with_checkpoints"] == plan["take_checkpoint"] == 1
    assert plan["attack_release"] == TARGETS * ATTACKERS + DEFENDED_ATTACKERS * DEFENDED
    assert "prepare_dataset" not in plan


def with_release(entry):
    return {"releases": {**TINY["releases"], "another": entry}}


def test_a_second_cut_layer_retrains_no_target(project):
    project.configure(**with_release({"cut_layers": ["mobile_pool_3"]}))
    plan = project.plan()
    assert plan["cut_release"] == TARGETS
    assert not {"prepare_dataset", "train_target"} & set(plan)


def test_another_defence_level_runs_its_releases_attacks_and_the_report_alone(project):
    noise = {**TINY["releases"]["behind-noise"], "clip_to_noise_ratios": [1]}
    project.configure(**with_release(noise))
    plan = project.plan()
    assert {name: plan[name] for name in plan if not name.startswith("plot_")} == {
        "defend_release": 1,
        "measure_release": 1,
        "measure_wire": 1,
        "attack_release": DEFENDED_ATTACKERS,
        "measure_attack": DEFENDED_ATTACKERS,
        "collect_summary": 1,
        "compare_rows": 1,
        "check_bounds": 1,
        "render_report": 1,
    }
    assert plan["plot_defences"] == plan["plot_frontier"] == plan["plot_bounds"] == 1


def test_an_edited_defence_repeats_its_own_releases_alone(project):
    edit(project, "defences/noise/defence.py")
    plan = project.plan()
    assert plan["defend_release"] == plan["measure_release"] == DEFENDED
    assert plan["attack_release"] == DEFENDED_ATTACKERS * DEFENDED
    assert not BEFORE_THE_ATTACK & set(plan)


def test_an_edited_defence_that_is_not_used_reruns_nothing(project):
    edit(project, "defences/quantisation/defence.py")
    assert project.plan() == {}


def test_another_file_adds_wires_and_repeats_no_work(project):
    more = {
        "targets": {"plain": {"recipe": "non-private", "epochs": 1}},
        "releases": {
            "more": {"cut_layers": ["mobile_output"], "targets": ["plain"], "attackers": ["post"]},
            "coarse": {
                "cut_layers": ["mobile_output"],
                "defence": "quantisation",
                "bit_width": 2,
                "targets": ["no-dp"],
                "attackers": ["post", "retrieval"],
            },
        },
    }
    # The others get no more targets by it.
    plain = {**TINY["releases"]["plain"], "targets": TINY_TARGETS}
    project.configure(releases={**TINY["releases"], "plain": plain})
    assert project.plan() == {}
    (project.path / "more.yaml").write_text(yaml.safe_dump(more, sort_keys=False))
    plan = project.plan("--configfile", "study.yaml", "more.yaml")
    assert {name: plan[name] for name in plan if not name.startswith("plot_")} == {
        "train_target": 1,
        "account_privacy": 1,
        "cut_release": 1,
        "compute_activations": 1,
        "measure_class_baseline": 1,
        "defend_release": 1,
        "measure_release": 2,
        "measure_wire": 2,
        "attack_release": 3,
        "measure_attack": 3,
        "collect_summary": 1,
        "compare_rows": 1,
        "check_bounds": 1,
        "render_report": 1,
    }
