"""The page for those who carry the work on, as it stands: it runs, and touches no other file."""

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest
import yaml

from intercept.datasets import cache
from intercept.networks.model_file import load_network
from tests.workflow.conftest import ROOT, TINY, Project

RESULTS = "results/tiny"
WRITTEN = ("data", "results", "logs", "benchmarks/measured", ".snakemake")


@dataclass(frozen=True)
class Section:
    """What a section of the page shows.

    Attributes:
        files: text by path.
        configuration: what it adds to a study's configuration.
        commands: for the shell.
    """

    files: dict[str, str]
    configuration: dict
    commands: str


def section(heading: str) -> Section:
    text = (ROOT / "CONTRIBUTING.md").read_text().partition(f"\n## {heading}\n")[2]
    text = text.partition("\n## ")[0]
    blocks = re.findall(r"^(?:`(\S+)`:\n\n)?```(\w+)\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    assert blocks, heading
    return Section(
        {path: content for path, _, content in blocks if path},
        next(yaml.safe_load(content) for _, kind, content in blocks if kind == "yaml"),
        "".join(content for _, kind, content in blocks if kind == "sh"),
    )


def tree(path: Path) -> dict[str, bytes]:
    """Every file of the project that a run does not write."""
    return {
        str(file.relative_to(path)): file.read_bytes()
        for file in path.rglob("*")
        if file.is_file()
        and not file.relative_to(path).is_relative_to("study.yaml")
        and not any(file.relative_to(path).is_relative_to(folder) for folder in WRITTEN)
        and "__pycache__" not in file.parts
    }


@pytest.fixture
def follow(project):
    """Follow a section; afterwards the project has what it says and nothing else."""
    before, shown = tree(project.path), {}

    def followed(heading: str, **changes) -> Section:
        found = section(heading)
        shown.update(found.files)
        for path, text in found.files.items():
            (project.path / path).parent.mkdir(parents=True, exist_ok=True)
            (project.path / path).write_text(text)
        study = {**TINY, **changes}
        for key, value in found.configuration.items():
            named = key in ("targets", "wires", "attackers")
            study[key] = study[key] | value if named else value
        project.configure(**study)
        ruff = [sys.executable, "-m", "ruff"]
        for check in (["check", "--no-cache"], ["format", "--check", "--no-cache"]):
            run = subprocess.run(
                [*ruff, *check, *found.files], cwd=project.path, capture_output=True, text=True
            )
            assert run.returncode == 0, run.stdout
        return found

    yield followed
    assert not shown.keys() & before.keys()
    assert tree(project.path) == before | {path: text.encode() for path, text in shown.items()}


def made(project: Project, *targets: str) -> dict[str, int]:
    """Make the targets; the jobs that it took, by rule."""
    jobs = project.plan(*targets)
    run = project.run(*targets)
    assert run.code == 0, run.output
    return jobs


def test_an_attacker(project, follow):
    behind = TINY["wires"]["behind-noise"]
    behind = {**behind, "attackers": [*behind["attackers"], "neighbours"]}
    wires = {**TINY["wires"], "behind-noise": behind}
    follow("An attacker", wires=wires)
    jobs = made(project)
    before_the_table = {rule: n for rule, n in jobs.items() if not rule.startswith("plot_")}
    assert before_the_table == {
        "attack_wire": 1,
        "measure_attack": 1,
        "collect_summary": 1,
        "compare_rows": 1,
        "check_bounds": 1,
        "draw_pictures": 1,
        "render_report": 1,
    }
    page = (project.path / RESULTS / "report.html").read_text()
    assert re.search("<dt[^>]*>neighbours</dt><dd>the mean of its own images", page)
    summary = pd.read_csv(project.path / RESULTS / "summary.csv")
    row = summary[summary["attacker"] == "neighbours"].iloc[0]
    assert row["rebuilds"]
    assert row["judges_itself"]
    assert 0 < row["unseen_class_top1_high"] <= 1


def test_a_defence(project, follow):
    follow("A defence")
    wire = f"{RESULTS}/no-dp/seed-1/mobile_output-thresholding-0.9"
    jobs = made(project, f"{wire}/server.json", f"{wire}/post/metrics.json")
    assert jobs == {
        "defend_wire": 1,
        "measure_server": 1,
        "attack_wire": 1,
        "measure_attack": 1,
    }
    folder = project.path / wire
    threshold = json.loads((folder / "defence.json").read_text())["threshold"]
    images = project.path / "data/mnist_5k/evaluation.tfrecord"
    manifest = json.loads((images.parent / "manifest.json").read_text())
    sent = load_network(folder / "intercepted.h5")(
        cache.read(images, manifest["sets"]["evaluation"]).images[:]
    ).numpy()
    assert (abs(sent[sent != 0]) >= threshold).all()
    assert 0.7 < (sent == 0).mean() < 1
    assert json.loads((folder / "server.json").read_text())["defence"]["threshold"] == threshold


def test_a_recipe(project, follow):
    follow("A recipe of training")
    target = f"{RESULTS}/unsure/seed-1"
    jobs = made(project, f"{target}/privacy.json")
    assert jobs == {"train_target": 1, "account_privacy": 1}
    assert json.loads((project.path / target / "training.json").read_text())["steps"] == 2


def test_a_data_set(project, follow, tmp_path, monkeypatch):
    monkeypatch.setenv("TFDS_DATA_DIR", str(tmp_path / "prepared"))
    found = follow("A data set")
    (project.path / ".venv").symlink_to(sys.prefix)
    subprocess.run(
        ["bash", "-e", "-c", found.commands], cwd=project.path, env=os.environ, check=True
    )
    (project.path / ".venv").unlink()
    jobs = made(project, "data/enlarged_digits/manifest.json")
    assert jobs == {"prepare_dataset": 1}
    manifest = json.loads((project.path / "data/enlarged_digits/manifest.json").read_text())
    assert manifest["classes"] == 10
    sets = {name: entry["images"] for name, entry in manifest["sets"].items()}
    assert sets == {"target": 1000, "attacker": 400, "evaluation": 397}
    assert manifest["sets"]["target"]["image_shape"] == [32, 32, 1]
