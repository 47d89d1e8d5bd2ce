"""What Snakemake would run again, and what not."""

import copy
import shutil

import yaml

from tests.workflow.conftest import TINY

TARGETS = 6
TRAINED = 4  # and one with a checkpoint, which is the sixth
ATTACKERS = 3  # of two targets, one of them private; one attacker, post, of the four others
ATTACKS = 2 * ATTACKERS + 4
DEFENDED = 1  # wires behind noise, of one target
DEFENDED_ATTACKERS = 3  # post, retrieval, linkage

# What a change of one target draws anew: all but the samples of two sets.
REPORT = {
    "collect_summary": 1,
    "compare_rows": 1,
    "check_bounds": 1,
    "check_audits": 1,
    "plot_figure": 7,
    "draw_pictures": 1,
    "render_report": 1,
}

# Those that read the table of attacks: frontier, scale, along the training, identification, and the
# mean image's error beside the attackers'.
FROM_SUMMARY = 5

BEFORE_THE_ATTACK = {
    "prepare_dataset",
    "train_target",
    "cut_target",
    "prepare_auxiliary",
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
    """Append a statement, or what a template shows."""
    with (project.path / "workflow/scripts/intercept" / module).open("a") as file:
        file.write("\n_EDIT = 1\n")


# Of each kind of text that no result depends on, one: file, what stands there, what is put there.
TEXTS = {
    "a docstring": (
        "intercept/training/clipping/by_layer.py",
        '"""Per-example gradients, clipped',
        '"""Gradients, clipped example by example',
    ),
    "an error message": ("intercept/networks/queried.py", "delete it and run", "remove it and run"),
    "a line of progress": (
        "intercept/devices/activations.py",
        '"activations", "batch"',
        '"outputs", "part"',
    ),
    "a line of the log": ("intercept/training/loop.py", "| not trained here |", "| as it is |"),
    "the runtime": ("intercept/runtime/files.py", "the disk is full", "no space is left"),
}


def test_edited_texts_and_comments_and_new_dates_rerun_nothing(project):
    """In every file of the code what no result depends on; and all files as after a new clone."""
    scripts = project.path / "workflow/scripts"
    for file, old, new in TEXTS.values():
        text = (scripts / file).read_text()
        assert old in text, file
        (scripts / file).write_text(text.replace(old, new))
    for file in scripts.rglob("*.py"):
        file.write_text("# A comment.\n\n" + file.read_text())
    for path in project.path.rglob("*"):
        if not {"data", "results", "logs", "measured", ".snakemake"} & set(
            path.relative_to(project.path).parts
        ):
            path.touch()
    assert project.plan() == {}


def test_edited_clipping_retrains_the_private_targets_and_what_follows(project):
    edit(project, "training/clipping/by_layer.py")
    plan = project.plan()
    private = 2
    assert plan["train_target"] == plan["account_privacy"] == plan["cut_target"] == private
    assert plan["attack_wire"] == plan["measure_attack"] == ATTACKERS + 1
    assert not {"prepare_dataset", "train_with_checkpoints", "prepare_auxiliary"} & set(plan)


def test_an_edited_script_is_run_anew(project):
    edit(project, "../render_report.py")
    assert project.plan() == {"render_report": 1}


def test_a_changed_noise_level_reruns_its_target_and_what_hangs_on_it(project):
    others = copy.deepcopy(TINY["wires"]["others"])
    others["targets"][1] = "dp-noise-0.4"
    targets = with_dp(noise_multipliers=[0.7, 0.4])
    project.configure(targets=targets, wires={**TINY["wires"], "others": others})
    assert project.plan() == {
        "train_target": 1,
        "account_privacy": 1,
        "cut_target": 1,
        "compute_activations": 1,
        "measure_target": 1,
        "measure_server": 1,
        "measure_bounds": 1,
        "attack_wire": 1,
        "measure_attack": 1,
        **REPORT,
    }


def test_a_changed_recipe_setting_reruns_the_targets_of_that_recipe(project):
    project.configure(targets=with_dp(learning_rate=0.001))
    assert project.plan()["train_target"] == 2


def test_an_audit_trains_beside_its_target_and_changes_nothing_of_it(project):
    project.configure(audit={"targets": ["dp-noise-0.7"]})
    tables = {"collect_summary": 1, "compare_rows": 1, "check_bounds": 1}  # state the configuration
    plan = {rule: n for rule, n in project.plan().items() if rule not in (*tables, "plot_figure")}
    assert plan == {"audit_training": 1, "check_audits": 1, "render_report": 1}


def test_a_checkpoint_is_taken_anew_without_a_training(project):
    (project.path / "results/tiny/no-dp-epoch-0/seed-1/target.h5").unlink()
    assert project.plan("results/tiny/no-dp-epoch-0/seed-1/target.h5") == {"take_checkpoint": 1}


def test_an_edited_recipe_retrains_its_targets_and_one_that_stops_at_their_accuracy(project):
    edit(project, "training/recipes/post_part_1/trainer.py")
    plan = project.plan()
    # Itself, its checkpoint, and the one that stops at its accuracy.
    assert plan["train_with_checkpoints"] == plan["take_checkpoint"] == plan["train_target"] == 1


def test_edited_recipes_attackers_and_defences_that_are_not_used_rerun_nothing(project):
    edit(project, "training/recipes/post/trainer.py")
    edit(project, "attackers/decoder/attacker.py")
    edit(project, "defences/quantisation/defence.py")
    assert project.plan() == {}


def test_a_changed_attacker_retrains_no_target(project):
    attackers = copy.deepcopy(TINY["attackers"])
    attackers["post"]["epochs"] = 2
    project.configure(attackers=attackers)
    plan = project.plan()
    # Itself, and the one that starts at its answers.
    assert plan["attack_wire"] == plan["measure_attack"] == TARGETS + 2 + DEFENDED
    assert not BEFORE_THE_ATTACK & set(plan)


def test_an_edited_attacker_attacks_anew_alone(project):
    edit(project, "attackers/retrieval/attacker.py")
    plan = project.plan()
    # Linkage is built on it.
    assert plan["attack_wire"] == plan["measure_attack"] == 2 + 2 * DEFENDED
    assert not BEFORE_THE_ATTACK & set(plan)


def test_edited_metrics_repeat_no_attack(project):
    edit(project, "metrics/pixels.py")
    plan = project.plan()
    assert plan["measure_attack"] == ATTACKS + DEFENDED_ATTACKERS * DEFENDED
    assert not (BEFORE_THE_ATTACK | {"attack_wire", "train_autoencoder"}) & set(plan)


def test_more_augmented_copies_are_made_once_and_attack_anew(project):
    project.configure(augmentation={"copies": 2})
    plan = project.plan()
    assert plan["prepare_auxiliary"] == 1
    assert plan["compute_activations"] == TARGETS
    assert plan["defend_wire"] == DEFENDED
    assert not {"prepare_dataset", "train_target", "cut_target"} & set(plan)


def test_other_attackers_attack_alone_two_of_one_kind_among_them(project):
    wires = copy.deepcopy(TINY["wires"])
    wires["plain"]["attackers"] += ["decoder", "longer"]
    decoders = {"decoder": {"epochs": 1}, "longer": {"kind": "decoder", "epochs": 2}}
    project.configure(attackers=TINY["attackers"] | decoders, wires=wires)
    plan = project.plan()
    assert plan["attack_wire"] == plan["measure_attack"] == 2 * 2
    assert not BEFORE_THE_ATTACK & set(plan)


def test_an_edited_figure_is_drawn_anew_alone(project):
    edit(project, "report/figures/learning.py")  # which draws three of them
    assert project.plan() == {"plot_figure": 3, "render_report": 1}


def test_edited_pictures_are_drawn_anew_without_the_figures(project):
    edit(project, "report/pictures.py")
    assert project.plan() == {"draw_pictures": 1, "draw_sample": 2, "render_report": 1}


def test_edited_parts_of_the_page_render_it_alone(project):
    for part in ("page.html.j2", "post.html.j2", "page.css", "page.js"):
        edit(project, f"report/templates/{part}")
    assert project.plan() == {"render_report": 1}


def test_an_edited_network_retrains_every_target(project):
    edit(project, "networks/built_in.py")
    plan = project.plan()
    assert plan["train_target"] == TRAINED
    assert plan["train_with_checkpoints"] == 1
    assert "prepare_dataset" not in plan


def test_a_second_seed_trains_its_own_targets_only(project):
    project.configure(seeds=[1, 2])
    plan = project.plan()
    assert plan["train_target"] == TRAINED
    assert plan["train_with_checkpoints"] == plan["take_checkpoint"] == 1
    assert plan["attack_wire"] == ATTACKS + DEFENDED_ATTACKERS * DEFENDED
    assert "prepare_dataset" not in plan


def with_wire(entry):
    return {"wires": {**TINY["wires"], "another": entry}}


def test_a_second_cut_layer_retrains_no_target(project):
    project.configure(**with_wire({"cut_layers": ["mobile_pool_2"]}))
    plan = project.plan()
    assert plan["cut_target"] == TARGETS
    assert not {"prepare_dataset", "train_target"} & set(plan)


def test_another_defence_level_runs_its_wires_attacks_and_the_report_alone(project):
    noise = {**TINY["wires"]["behind-noise"], "clip_to_noise_ratios": [1]}
    project.configure(**with_wire(noise))
    plan = project.plan()
    assert plan == {
        "defend_wire": 1,
        "measure_server": 1,
        "measure_bounds": 1,
        "attack_wire": DEFENDED_ATTACKERS,
        "measure_attack": DEFENDED_ATTACKERS,
        "collect_summary": 1,
        "compare_rows": 1,
        "check_bounds": 1,
        "plot_figure": FROM_SUMMARY,
        "draw_pictures": 1,
        "render_report": 1,
    }


def test_an_edited_defence_repeats_its_own_wires_alone(project):
    edit(project, "defences/noise/defence.py")
    plan = project.plan()
    assert plan["defend_wire"] == plan["measure_server"] == DEFENDED
    assert plan["attack_wire"] == DEFENDED_ATTACKERS * DEFENDED
    assert not BEFORE_THE_ATTACK & set(plan)


def test_another_file_adds_wires_and_repeats_no_work(project):
    more = {
        "targets": {"plain": {"recipe": "non-private", "epochs": 1}},
        "wires": {
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
    (project.path / "more.yaml").write_text(yaml.safe_dump(more, sort_keys=False))
    plan = project.plan("--configfile", "study.yaml", "more.yaml")
    assert {name: plan[name] for name in plan if not name.startswith("plot_")} == {
        "train_target": 1,
        "account_privacy": 1,
        "cut_target": 1,
        "compute_activations": 1,
        "measure_target": 1,
        "defend_wire": 1,
        "measure_server": 2,
        "measure_bounds": 2,
        "attack_wire": 3,
        "measure_attack": 3,
        "collect_summary": 1,
        "compare_rows": 1,
        "check_audits": 1,
        "check_bounds": 1,
        "draw_pictures": 1,
        "render_report": 1,
    }


def test_what_is_not_as_one_may_think_is_noted(project):
    """Lost records of Snakemake, images that another study prepared, a target of no wire."""
    shutil.rmtree(project.path / ".snakemake/metadata")
    overlap = not TINY["dataset"]["allow_overlap"]
    project.configure(
        dataset={**TINY["dataset"], "allow_overlap": overlap},
        targets={**TINY["targets"], "mine": {"recipe": "non-private", "epochs": 1}},
    )
    said = project.run("--dry-run").output
    assert "Note: how" in said and "were made is not known" in said
    assert "was prepared by other settings of dataset" in said
    assert "Note: target mine is of no wire, so that no attack is made" in said
