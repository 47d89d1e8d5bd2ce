"""make check as a user types it: what it says, and that it writes nothing."""

import shutil
from pathlib import Path

import pytest
import yaml

from tests.workflow.conftest import refused
from tests.workflow.test_own_files import (
    ARCHITECTURE,
    MODEL,
    STUDY,
    save_architecture,
    save_network,
)
from tests.workflow.test_places import place, run
from tests.workflow.test_plan_writes_nothing import tree


@pytest.fixture
def own(tmp_path):
    """A study of one's own images and networks, of which nothing is run."""
    project = place(tmp_path / "project")
    save_network(project.path / MODEL, seed=1)
    save_architecture(project.path / ARCHITECTURE, seed=1)
    return project


def check(project, file="study.yaml"):
    return run(project, shutil.which("make"), "check", f"STUDY={file}", "CORES=2")


def test_a_key_that_is_missing_is_asked_for_before_anything_is_looked_at(tmp_path):
    project = place(tmp_path / "project")
    config = {key: value for key, value in STUDY.items() if key != "attackers"}
    (project.path / "study.yaml").write_text(yaml.safe_dump(config))
    before = tree(project)
    ended = check(project)
    refused(ended, "configuration: key 'attackers' is missing; add it")
    assert "Missing: attackers — for example: attackers: {decoder: {}" in ended.output
    assert tree(project) == before


@pytest.mark.slow
def test_a_study_is_described_and_nothing_is_written(own):
    before = tree(own)
    ended = check(own)
    assert ended.code == 0, ended.output
    assert tree(own) == before
    lines = ended.output.splitlines()
    assert "Images: own, from folders; 12×12×1 (height × width × channels); 2 classes" in lines
    assert any(line.split()[:3] == ["evaluation", "12", "12"] for line in lines)
    (cut,) = (line.split() for line in lines if "<- cut here" in line)
    # 12×12 to 4 and 4 to 2: all but the last eight of 584 multiply-accumulates.
    assert cut[:5] == ["inner.code", "4", "4", "128", "98.6%"]
    (planned,) = (line.split() for line in lines if line.split()[:1] == ["train_target"])
    assert planned[1:3] == ["2", "3,500"]
    assert "Missing:" not in ended.output
    assert "Not said:" not in ended.output  # the study says what its network expects of pixels
    assert "Note: mine may have learned the images that judge accuracy" in ended.output


@pytest.mark.slow
def test_all_that_stands_in_the_way_is_said_at_once(own):
    wires = {"plain": {"cut_layers": ["nowhere"], "targets": ["mine"]}}
    targets = {"mine": {"model": MODEL}, "lost": {"model": "mine/lost.keras"}}
    own.configure(**{**STUDY, "wires": wires, "targets": targets})
    ended = check(own)
    assert ended.code != 0
    nowhere, lost = ended.errors
    assert "has no layer 'nowhere'; allowed are" in nowhere
    assert "inner.code" in nowhere
    assert "'mine/lost.keras', and there is no such file" in lost
    assert "Not said: targets.mine.pixels" in ended.output
    assert not Path(own.path, "results/own").exists()
