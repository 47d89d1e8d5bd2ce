"""Parameters of one kind: Snakemake compares them without their names, and a script reads them."""

import json

import pytest

from tests.workflow.conftest import Project, copy_of_the_project

AUDIT = "results/tiny/dp-noise-0.7/seed-1/audit.json"
DATA = [
    f"data/mnist_5k/{name}"
    for name in (
        *("target.tfrecord", "attacker.tfrecord", "evaluation.tfrecord"),
        *("manifest.json", "overlap.csv"),
    )
]
INSTEAD = """
import json
from pathlib import Path

for file in snakemake.output:
    Path(file).write_text(json.dumps(snakemake.params.get("parts")))
"""
# What the recipe of each says of its server part, and of the images that it answers to.
TARGETS = {
    "keras": ({"model": "net.keras"}, "code", True, True),
    "alone": ({"model": "net.onnx", "device_alone": True}, "output", False, True),
    "program": ({"command": ["true"]}, "output", False, True),
    "recorded": ({"recording": "pairs.npz"}, "output", False, False),
}


@pytest.fixture
def project(tmp_path):
    copy_of_the_project(tmp_path)
    return Project(tmp_path)


def with_files(project, script, *names):
    """Such files, as if they had been made, and for a real rule a script that takes no time."""
    for name in names:
        (project.path / name).parent.mkdir(parents=True, exist_ok=True)
        (project.path / name).touch()
    (project.path / f"workflow/scripts/{script}.py").write_text(INSTEAD)


def test_what_changes_places_is_a_change(project):
    def audit(canaries, mislabelled):
        numbers = {"canaries": canaries, "mislabelled": mislabelled}
        project.configure(audit={"targets": ["dp-noise-0.7"], **numbers})

    with_files(project, "audit_training", *DATA)
    audit(200, 100)
    run = project.run(AUDIT)
    assert run.code == 0, run.output
    assert project.plan(AUDIT) == {}
    audit(100, 200)
    assert project.plan(AUDIT) == {"audit_training": 1}


def test_what_a_recipe_says_of_its_parts_is_what_the_cut_goes_by(project):
    trained = [
        f"results/tiny/{name}/seed-1/{file}"
        for name in TARGETS
        for file in ("target.h5", "history.csv", "training.json")
    ]
    own = ("net.keras", "net.onnx", "pairs.npz")
    with_files(project, "cut_target", *own, *DATA, *trained)
    project.configure(
        augmentation={"copies": 0},
        targets={name: target for name, (target, *_) in TARGETS.items()},
        wires={
            name: {"cut_layers": [layer], "targets": [name], "attackers": ["retrieval"]}
            for name, (_, layer, *_) in TARGETS.items()
        },
    )
    records = {
        name: f"results/tiny/{name}/seed-1/{layer}/cut.json"
        for name, (_, layer, *_) in TARGETS.items()
    }
    run = project.run(*records.values())
    assert run.code == 0, run.output
    assert run.jobs == {"cut_target": len(TARGETS)}
    for name, (*_, serves, answers_any) in TARGETS.items():
        found = json.loads((project.path / records[name]).read_text())
        assert found == {"serves": serves, "answers_any": answers_any}, name
