"""What Snakemake would run again, and what not."""

import copy

from tests.workflow.conftest import TINY

TARGETS = 5

REPORT = {
    "collect_summary": 1,
    "plot_reconstructions": 1,
    "plot_curves": 1,
    "plot_identification": 1,
    "render_report": 1,
}


def test_a_finished_study_has_nothing_to_do(finished):
    run = finished.run("--dry-run")
    assert "Nothing to be done" in run.output
    assert run.jobs == {}


def with_dp(**changes):
    """The tiny study's targets with some settings of the private ones changed."""
    targets = copy.deepcopy(TINY["targets"])
    targets[1] |= changes
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
        "train_attacker": 1,
        "evaluate_attack": 1,
        **REPORT,
    }


def test_a_changed_recipe_setting_reruns_the_targets_of_that_recipe(project):
    project.configure(targets=with_dp(learning_rate=0.001))
    assert project.plan()["train_target"] == 2


def test_an_edited_recipe_retrains_its_own_targets(project):
    edit(project, "training/recipes/sound/trainer.py")
    assert project.plan()["train_target"] == 2


def test_a_target_that_stops_at_anothers_accuracy_hangs_on_it(project):
    edit(project, "training/recipes/post_part_1/trainer.py")
    assert project.plan()["train_target"] == 2  # itself, and the one that stops at its accuracy


def test_an_edited_recipe_that_no_target_uses_reruns_nothing(project):
    edit(project, "training/recipes/post/trainer.py")
    assert project.plan() == {}


def test_a_changed_attacker_retrains_no_target(project):
    project.configure(attackers=[{"name": "post", "epochs": 2}])
    plan = project.plan()
    assert plan["train_attacker"] == TARGETS
    assert not {"prepare_dataset", "train_target", "cut_release"} & set(plan)


def test_edited_plots_rerun_no_training(project):
    edit(project, "report/figures.py")
    plan = project.plan()
    assert plan["plot_reconstructions"] == 1
    assert not {"prepare_dataset", "train_target", "train_attacker", "evaluate_attack"} & set(plan)


def test_an_edited_network_retrains_every_target(project):
    edit(project, "network.py")
    plan = project.plan()
    assert plan["train_target"] == TARGETS
    assert "prepare_dataset" not in plan


def test_a_second_seed_trains_its_own_targets_only(project):
    project.configure(seeds=[1, 2])
    plan = project.plan()
    assert plan["train_target"] == plan["train_attacker"] == TARGETS
    assert "prepare_dataset" not in plan


def test_a_second_cut_layer_retrains_no_target(project):
    project.configure(release={"cut_layers": ["mobile_output", "mobile_pool_3"]})
    plan = project.plan()
    assert plan["cut_release"] == TARGETS
    assert not {"prepare_dataset", "train_target"} & set(plan)
