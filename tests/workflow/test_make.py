"""What make does with a study, each command as a user types it."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.workflow.conftest import ROOT, TINY
from tests.workflow.stages import remove

ATTACK = "results/tiny/untrained/seed-1/mobile_output/post"


@pytest.fixture
def make(project):
    """Run make in the project, with the environment of this test."""
    environment = project.path / ".venv"
    environment.mkdir()
    for part in ("bin", "lib", "pyvenv.cfg"):
        (environment / part).symlink_to(Path(sys.prefix, part))
    (environment / "complete").touch()  # newer than its lock file: nothing is installed
    # A make that runs these tests is not one that this make is part of.
    outside = {key: value for key, value in os.environ.items() if not key.startswith("MAKE")}
    outside.pop("MFLAGS", None)

    def run(*arguments: str, **variables: str) -> subprocess.CompletedProcess:
        return subprocess.run(
            [shutil.which("make"), "STUDY=study.yaml", *arguments],
            cwd=project.path,
            env={**outside, **variables},
            capture_output=True,
            text=True,
        )

    return run


def test_status_says_what_is_done_and_what_is_left(project, make):
    before = project.files()
    said = make("status")
    assert said.returncode == 0, said.stderr
    made = re.match(r"(\d+) of (\d+) files are done", said.stdout)
    assert made[1] == made[2]
    assert said.stdout.endswith("Nothing is left.\n")
    assert re.search(r"^untrained +6 of 6 +8 of 8 +5 of 5$", said.stdout, re.MULTILINE)
    assert project.files() == before

    remove(project, "results/tiny/summary.csv", f"{ATTACK}/metrics.json", f"{ATTACK}/scores.csv")
    said = make("status")
    assert re.search(r"^untrained +6 of 6 +8 of 8 +3 of 5$", said.stdout, re.MULTILINE)
    left = int(re.search(r"(\d+) files are left\.\n$", said.stdout)[1])
    assert 2 < left < 60


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("run", "study.yaml"), "make takes a study by STUDY=study.yaml"),
        (("run", "study=study.yaml"), "make takes a study by STUDY=study.yaml"),
        (("demo", "STUDY=study.yaml"), "write make run STUDY=study.yaml"),
    ],
)
def test_a_study_that_is_named_otherwise_does_not_run_another(make, words, why):
    said = make(*words)
    assert said.returncode != 0
    assert why in said.stderr


def test_status_of_a_configuration_that_is_wrong_is_its_one_line(project, make):
    project.configure(seeds=[-1])
    said = make("status")
    assert said.returncode != 0
    assert said.stdout == ""
    assert "Error: configuration: 'seeds[0]' is -1" in said.stderr


@pytest.mark.parametrize(
    ("study", "why"),
    [
        ("lost.yaml", "STUDY names lost.yaml, which is no file"),
        ("study.yaml lost.yaml", "STUDY names lost.yaml, which is no file"),
        ("my study.yaml", "STUDY names my, which is no file"),
        ("", "STUDY is empty"),
    ],
)
def test_a_study_that_is_no_file_is_not_left_out(make, study, why):
    for target in ("status", "run", "check"):
        said = make(target, f"STUDY={study}")
        assert said.returncode != 0
        assert why in said.stderr


@pytest.mark.skipif(not shutil.which("dot"), reason="Graphviz is not installed")
def test_the_graph_is_drawn(project, make):
    said = make("dag")
    assert said.returncode == 0, said.stderr
    assert "attack_wire" in (project.path / "dag.svg").read_text()
    assert "</svg>" in (project.path / "dag.svg").read_text()


def test_without_graphviz_the_graph_is_written_for_mermaid(project, make, tmp_path):
    tools = tmp_path / "tools"
    tools.mkdir()
    for tool in ("bash", "sh", "nproc", "which"):
        (tools / tool).symlink_to(shutil.which(tool))
    said = make("dag", PATH=str(tools))
    assert said.returncode == 0, said.stderr
    assert said.stdout.startswith("Written: dag.md")
    lines = (project.path / "dag.md").read_text().splitlines()
    assert (lines[0], lines[-1]) == ("```mermaid", "```")
    assert any("[attack_wire]" in line for line in lines)


def test_a_finished_study_needs_no_run(project, make):
    before = project.files()
    said = make("run")
    assert said.returncode == 0, said.stderr
    assert "Nothing to be done" in said.stderr
    assert project.files() == before


def test_the_report_and_the_curves_on_request(project, make):
    for command in ("report", "tensorboard"):
        said = make(command)
        assert said.returncode == 0, said.stderr
    assert (project.path / "report.zip").stat().st_size > 100_000
    folders = sorted((project.path / "results/tiny").glob("*/seed-1/tensorboard"))
    assert len(folders) == 5
    assert all(list(folder.glob("events.out.tfevents.*")) for folder in folders)
    board = subprocess.Popen(
        [".venv/bin/tensorboard", "--logdir", "results", "--port", "0"],
        cwd=project.path,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert any(" at http://localhost:" in line for line in board.stderr)
    finally:
        board.kill()
        board.communicate()


def test_clean_leaves_the_sources_and_the_environment(project, make):
    prepared = TINY["dataset"]["name"]
    own = [project.path / f"data/{name}/target/cats/1.jpg" for name in ("photos", prepared)]
    for image in own:
        image.parent.mkdir(parents=True)
        image.write_bytes(b"mine")
    sources = {path.name for path in project.path.iterdir()} - {"logs"}
    said = make("clean")
    assert said.returncode == 0, said.stderr
    assert {path.name for path in project.path.iterdir()} == sources - {".snakemake"}
    files = {path for path in (project.path / "data").rglob("*") if path.is_file()}
    assert files == {project.path / "data/README.md", *own}
    assert [path.name for path in (project.path / "results").iterdir()] == ["README.md"]
    assert (project.path / ".venv/complete").exists()


def test_help_names_every_command(project, make):
    phony = re.findall(r"^\.PHONY: (.+)$", (project.path / "Makefile").read_text(), re.MULTILINE)
    said = make("help").stdout
    unnamed = {name for line in phony for name in line.split() if f"make {name}" not in said}
    assert unnamed == {"help", "format", "lock"}
    assert make().stdout == said


def test_in_the_environment_snakemake_plans_the_default_study(project, make):
    plan = subprocess.run(
        ["bash", "-ec", "source .venv/bin/activate; snakemake -n --quiet rules"],
        cwd=project.path,
        capture_output=True,
        text=True,
    )
    assert plan.returncode == 0, plan.stderr
    assert re.search(r"^train_target +7$", plan.stdout + plan.stderr, re.MULTILINE)


def test_the_checksums_of_a_study_are_checked_at_once(project):
    check = re.search(r"`(find results data .+?)`", (ROOT / "docs/troubleshooting.md").read_text())[
        1
    ]
    assert subprocess.run(check, shell=True, cwd=project.path).returncode == 0
    with (project.path / f"{ATTACK}/metrics.json").open("a") as file:
        file.write(" ")
    found = subprocess.run(check, shell=True, cwd=project.path, capture_output=True, text=True)
    assert found.returncode != 0
    assert found.stdout == f"{ATTACK}/metrics.json: FAILED\n"
