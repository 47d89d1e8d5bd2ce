"""Where the project lies and what its images are: the real command, on a few tiny images."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import yaml
from PIL import Image

from tests.workflow.conftest import Project, Run, copy_of_the_project, refused
from tests.workflow.test_own_files import ARCHITECTURE, MANIFEST, MODEL, STUDY

ROLES = ("target", "attacker", "evaluation")


def place(path: Path) -> Project:
    """The project with its environment in a folder, and three sets of random images."""
    project = Project(path)
    copy_of_the_project(path)
    (path / ".venv").mkdir()
    for part in ("bin", "lib", "pyvenv.cfg"):
        (path / ".venv" / part).symlink_to(Path(sys.prefix, part))
    (path / ".venv/complete").touch()  # newer than its lock file: nothing is installed
    project.configure(**STUDY)
    for number, image in enumerate(
        np.random.default_rng(0).integers(0, 256, (36, 12, 12), np.uint8)
    ):
        file = path / f"mine/{ROLES[number % 3]}/{'ab'[number // 3 % 2]}/{number // 6}.png"
        file.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(image).save(file)
    for model in (MODEL, ARCHITECTURE):
        (path / model).touch()  # which no job here reads
    return project


def run(project: Project, *command: str, **environment: str) -> Run:
    """The command with the environment's Python, as it lies in the project."""
    snakemake = [".venv/bin/python", "-m", "snakemake", "--configfile", "study.yaml"]
    python = [f"{project.path}/{snakemake[0]}", *snakemake[1:], "--cores", "2"]
    ended = subprocess.run(
        command or [*python, MANIFEST],
        cwd=project.path,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    return Run(ended.returncode, ended.stdout + ended.stderr)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["a space", "it's (a) $x & more", "ünï;# code"])
def test_the_project_may_lie_in_any_folder(tmp_path, name):
    project = place(tmp_path / name)
    ended = run(project)
    assert ended.code == 0, ended.output
    assert json.loads((project.path / MANIFEST).read_text())["remarks"] == []


def test_a_path_with_braces_is_refused_in_one_line(tmp_path):
    refused(run(place(tmp_path / "{braces}")), "{braces}", "has braces", "move the project")


@pytest.mark.parametrize("home", ["/proc/nowhere", "/dev/null"])
def test_make_needs_no_home_folder(tmp_path, home):
    """Snakemake alone ends with a traceback where its cache's folder cannot be made."""
    project = place(tmp_path / "project")
    ended = run(project, "make", "status", "STUDY=study.yaml", HOME=home, XDG_CACHE_HOME="")
    assert ended.code == 0, ended.output
    assert "files are left" in ended.output
    assert "Traceback" not in ended.output


def test_without_any_python_one_line_says_what_to_install(tmp_path):
    project = place(tmp_path / "project")
    (project.path / ".venv/complete").unlink()
    (tmp_path / "tools").mkdir()
    for tool in ("make", "bash", "sh", "nproc", "mkdir", "test", "rm", "touch"):
        (tmp_path / "tools" / tool).symlink_to(shutil.which(tool))
    ended = run(project, "make", "demo", PATH=str(tmp_path / "tools"))
    assert ended.code != 0
    said = [line for line in ended.output.splitlines() if line.startswith("Error: ")]
    assert len(said) == 1
    assert "install Python 3.11 with its venv module" in said[0]
    assert not (project.path / ".venv").exists()


def test_a_job_runs_the_code_of_its_own_checkout(tmp_path):
    project, other = place(tmp_path / "project"), tmp_path / "other"
    (other / "intercept").mkdir(parents=True)
    (other / "intercept/__init__.py").write_text("raise SystemExit('of another checkout')")
    script = project.path / "workflow/scripts/prepare_dataset.py"
    script.write_text(
        "import intercept\nfor file in snakemake.output:\n"
        "    open(file, 'w').write(intercept.__file__)\n"
    )
    ended = run(project, PYTHONPATH=str(other))
    assert ended.code == 0, ended.output
    assert (project.path / MANIFEST).read_text().startswith(str(script.parent))


def test_a_run_of_a_part_says_nothing_of_the_table_whatever_it_holds(tmp_path):
    """By scripts that take no time; the table is of this study, or damaged."""
    project = place(tmp_path / "project")
    (project.path / "workflow/scripts/prepare_dataset.py").write_text(
        "for file in snakemake.output:\n    open(file, 'w').write('made')\n"
    )
    results = project.path / "results/own"
    results.mkdir(parents=True)
    (results / "report.html").write_text("a page")
    table = results / "summary.csv"
    of_a_part = [(MANIFEST,), ("--until", "prepare_dataset")]
    for content in ("", "study,config_hash\nown"):
        table.write_text(content)
        (project.path / MANIFEST).unlink(missing_ok=True)
        ended = project.run(*of_a_part[0])
        assert ended.code == 0, ended.output
        assert "Traceback" not in ended.output
    with (project.path / "workflow/scripts/intercept/study/closing.py").open("a") as module:
        module.write("\n\ndef last_words(*_):\n    return 'Table: an old one'\n")
    for arguments in of_a_part:
        (project.path / MANIFEST).unlink()
        ended = project.run(*arguments)
        assert ended.code == 0, ended.output
        assert "Table:" not in ended.output


def test_event_files_are_of_finished_trainings_and_nothing_is_trained(tmp_path):
    project = place(tmp_path / "project")
    command = ("make", "tensorboard", "STUDY=study.yaml")
    ended = run(project, *command)
    assert ended.code == 0, ended.output
    assert set(ended.jobs) <= {"tensorboard"}
    training = project.path / "results/own/trained/seed-1"
    training.mkdir(parents=True)
    (training / "history.csv").write_text("epoch,loss\n1,0.5\n")
    ended = run(project, *command)
    assert ended.code == 0, ended.output
    assert set(ended.jobs) <= {"tensorboard"}  # it is not finished yet
    (training / "training.json").write_text("{}")
    ended = run(project, *command)
    assert ended.code == 0, ended.output
    assert ended.jobs == {"tensorboard": 1, "write_tensorboard": 1}
    assert list((training / "tensorboard").glob("events.out.tfevents.*"))


def test_there_is_no_report_of_a_study_that_is_not_finished(tmp_path):
    project = place(tmp_path / "project")
    ended = run(project, "make", "report", "STUDY=study.yaml")
    refused(ended, "files are left to be made", "first make run with the same STUDY")
    assert not (project.path / "report.zip").exists()


def test_a_job_that_cannot_be_started_is_said_to_be_so(tmp_path):
    project = place(tmp_path / "project")
    rules = project.path / "workflow/rules/common.smk"
    text = rules.read_text()
    rules.write_text(text.replace("shlex.quote(sys.executable)", "'/no/such/python'"))
    ended = run(project)
    refused(ended, "could not be started: its command was not found", "prepare_dataset.log")
    assert "memory" not in ended.output.lower().replace("mem_mb", "")


@pytest.mark.slow
def test_what_is_seen_in_the_images_is_said_and_recorded(tmp_path):
    """Dark evaluation images, an image twice, a hidden one: on the terminal and in the manifest."""
    project = place(tmp_path / "project")
    mine = project.path / "mine"
    for file in (mine / "evaluation").rglob("*.png"):
        Image.fromarray(np.asarray(Image.open(file)) // 16).save(file)
    (mine / "attacker/a/0.png").write_bytes((mine / "attacker/a/1.png").read_bytes())
    (mine / "attacker/a/.2.png").write_bytes((mine / "attacker/a/2.png").read_bytes())
    ended = run(project)
    assert ended.code == 0, ended.output
    remarks = json.loads((project.path / MANIFEST).read_text())["remarks"]
    hidden, again, differing = remarks
    assert hidden == "Left out: mine/attacker/a/.2.png (hidden)."
    assert "mine/attacker/a/1.png to mine/attacker/a/0.png" in again
    assert differing.startswith("The evaluation images differ grossly")
    for remark in remarks:
        assert remark in ended.output


@pytest.mark.slow
def test_an_image_of_two_sets_is_named_with_what_to_do(tmp_path):
    project = place(tmp_path / "project")
    mine = project.path / "mine"
    (mine / "evaluation/b/3.png").write_bytes((mine / "target/a/1.png").read_bytes())
    ended = run(project)
    refused(ended, "mine/target/a/1.png and mine/evaluation/b/3.png", "remove them from one of")
    assert "split" not in ended.error
    assert not (project.path / "data/own").exists() or not list(
        (project.path / "data/own").glob("*.tfrecord")
    )


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (
            lambda mine: (
                (mine / "target/b/0.png").unlink() or (mine / "target/b/0.png").symlink_to("x")
            ),
            "b/0.png is neither",
        ),
        (lambda mine: (mine / "target/c").mkdir(), "target/c holds no image"),
        (lambda mine: (mine / "evaluation/b/self").symlink_to("."), "is a link to a folder that"),
        (
            lambda mine: (mine / "target/b/0.png").rename(mine / os.fsdecode(b"target/b/\xe4.png")),
            "b/\\xe4.png' is no UTF-8; rename it",
        ),
    ],
    ids=["broken-link", "empty-class", "circle", "no-utf-8"],
)
def test_folders_that_cannot_be_used_are_refused_before_any_job(tmp_path, spoil, said):
    project = place(tmp_path / "project")
    spoil(project.path / "mine")
    ended = run(project)
    refused(ended, said)
    assert "Job stats" not in ended.output


def test_one_folder_of_a_network_from_elsewhere_is_noted_before_the_start(tmp_path):
    project = place(tmp_path / "project")
    said = "Note: target mine was trained elsewhere, and dataset.folder divides 'mine/target'"
    assert said not in project.run("--dry-run", MANIFEST).output
    project.configure(**{**STUDY, "dataset": {"name": "own", "folder": "mine/target"}})
    planned = project.run("--dry-run", MANIFEST)
    assert planned.code == 0, planned.output
    assert said in planned.output


def with_braces(project):
    """Each set and the class a have a name that Snakemake would take for a wildcard."""
    mine = project.path / "mine"
    for role in ROLES:
        (mine / role / "a").rename(mine / role / "{a}")
        (mine / role).rename(mine / f"{role}{{1}}")
    folders = {role: f"mine/{role}{{1}}" for role in ROLES}
    dataset = {**STUDY["dataset"], "folders": folders}
    (project.path / "study.yaml").write_text(yaml.safe_dump({**STUDY, "dataset": dataset}))


def test_folders_may_have_braces_in_their_names(tmp_path):
    project = place(tmp_path / "project")
    with_braces(project)
    assert project.plan(MANIFEST) == {"prepare_dataset": 1}


@pytest.mark.slow
def test_images_in_folders_with_braces_are_read_and_read_again_when_they_change(tmp_path):
    project = place(tmp_path / "project")
    with_braces(project)
    ended = run(project)
    assert ended.code == 0, ended.output
    assert project.plan(MANIFEST) == {}
    changed = project.path / "mine/target{1}/{a}/0.png"
    Image.fromarray(np.full((12, 12), 77, np.uint8)).save(changed)
    assert project.plan(MANIFEST) == {"prepare_dataset": 1}


@pytest.mark.slow
def test_an_image_in_a_linked_folder_that_changes_is_read_again(tmp_path):
    project = place(tmp_path / "project")
    (tmp_path / "elsewhere").mkdir()
    moved = tmp_path / "elsewhere/0.png"
    (project.path / "mine/target/a/0.png").rename(moved)
    (project.path / "mine/target/a/more").symlink_to(tmp_path / "elsewhere")
    assert run(project).code == 0
    assert project.plan(MANIFEST) == {}
    Image.fromarray(np.full((12, 12), 77, np.uint8)).save(moved)
    assert project.plan(MANIFEST) == {"prepare_dataset": 1}


@pytest.mark.parametrize(
    ("name", "splits", "folder"),
    [
        ("emnist/letters", {}, "emnist-letters"),
        ("emnist/letters:3.1.0", {"train": "train+test[:10]"}, "emnist-letters-3.1.0"),
        ("mnist:3.0.1", {"attacker": "train[:50%] + test[90%:]"}, "mnist-3.0.1"),
        ("mnist", {"train": "all"}, "mnist"),
    ],
)
def test_data_sets_and_splits_are_named_as_in_tensorflow_datasets(tmp_path, name, splits, folder):
    project = place(tmp_path / "project")
    usual = {
        "train": "train[:9]",
        "validation": "train[-9:]",
        "attacker": "test",
        "evaluation": "x",
    }
    features = {"image": "image", "label": "label", "character": "label"}
    dataset = {"name": name, "splits": {**usual, **splits}, "features": features}
    (project.path / "study.yaml").write_text(yaml.safe_dump({**STUDY, "dataset": dataset}))
    assert project.plan(f"data/{folder}/manifest.json") == {"prepare_dataset": 1}
