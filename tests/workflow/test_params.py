"""Parameters of one kind that change their places: Snakemake compares them without their names."""

import pytest

from tests.workflow.conftest import Project, copy_of_the_project

AUDIT = "results/tiny/dp-noise-0.7/seed-1/audit.json"
CUT = "results/tiny/no-dp/seed-1/mobile_output/cut.json"
MADE_BEFORE = (
    "data/mnist_5k/target.tfrecord",
    "data/mnist_5k/manifest.json",
    "results/tiny/no-dp/seed-1/target.h5",
)
OF_THE_SAME_JOBS = (
    *(f"data/mnist_5k/{name}" for name in ("attacker.tfrecord", "evaluation.tfrecord")),
    "data/mnist_5k/overlap.csv",
    *(f"results/tiny/no-dp/seed-1/{name}" for name in ("history.csv", "training.json")),
    "results/tiny/no-dp/seed-1/checkpoints.h5",
)
INSTEAD = """
from pathlib import Path

for file in snakemake.output:
    Path(file).write_text("made")
"""


def audit(project, canaries, mislabelled):
    numbers = {"canaries": canaries, "mislabelled": mislabelled}
    project.configure(audit={"targets": ["dp-noise-0.7"], **numbers})


def parts(project, serves, answers_any):
    """What the two functions of the rules say, in place of what the recipe would."""
    rules = project.path / "workflow/rules/common.smk"
    whole = rules.read_text().partition("# swapped\n")[0]
    said = f"def serves(_):\n    return {serves}\ndef answers_any(_):\n    return {answers_any}\n"
    rules.write_text(f"{whole}# swapped\n{said}")


@pytest.mark.parametrize(
    ("script", "result", "state", "one", "other"),
    [
        ("audit_training", AUDIT, audit, 200, 100),
        ("cut_target", CUT, parts, True, False),
    ],
)
def test_what_changes_places_is_a_change(tmp_path, script, result, state, one, other):
    """The real rule, with a script in place of its own that takes no time."""
    project = Project(tmp_path)
    copy_of_the_project(tmp_path)
    for name in (*MADE_BEFORE, *OF_THE_SAME_JOBS):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / f"workflow/scripts/{script}.py").write_text(INSTEAD)
    project.configure()
    state(project, one, other)
    run = project.run(result)
    assert run.code == 0, run.output
    assert project.plan(result) == {}
    state(project, other, one)
    assert project.plan(result) == {script: 1}
