"""The walk-through of docs/own-network.md, as it stands."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from tests.workflow.conftest import ROOT, Project, copy_of_the_project

pytestmark = pytest.mark.slow


def blocks(language):
    """The fenced blocks of the page in that language."""
    page = (ROOT / "docs/own-network.md").read_text()
    return re.findall(rf"```{language}\n(.*?)```", page, re.DOTALL)


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """The project with the files of the page in it."""
    digits, others, device = blocks("python")
    study, of_others = blocks("yaml")[:2]
    files = {"digits.py": digits, "others.py": others, "device.py": device}
    project = Project(tmp_path_factory.mktemp("own-network") / "project")
    copy_of_the_project(project.path)
    environment = project.path / ".venv"
    environment.mkdir()
    for part in ("bin", "lib", "pyvenv.cfg"):
        (environment / part).symlink_to(Path(sys.prefix, part))
    (environment / "complete").touch()  # newer than its lock file: nothing is installed
    for name, text in (files | {"digits.yaml": study, "others.yaml": of_others}).items():
        (project.path / name).write_text(text)
    return project


def told(project, commands):
    """What the commands of the page print; they have to go well."""
    # A make that runs these tests is not one that this make is part of.
    outside = {key: value for key, value in os.environ.items() if not key.startswith("MAKE")}
    outside.pop("MFLAGS", None)
    run = subprocess.run(
        ["bash", "-e", "-c", commands],
        cwd=project.path,
        env=outside,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert run.returncode == 0, run.stdout
    return run.stdout


def test_the_walk_through_ends_with_the_report(project):
    printed = told(project, blocks("sh")[0])
    results = project.path / "results/digits"
    assert f"Report: {results.relative_to(project.path)}/report.html" in printed
    page = (results / "report.html").read_text()
    assert "How the network of a file was trained is not known" in page

    summary = pd.read_csv(results / "summary.csv")
    assert set(summary["wire"]) == {"code", "code-noise-4"}
    assert set(summary["recipe"]) == {"model-file"}
    assert summary["epsilon"].isna().all()
    assert not summary["network_is_guaranteed"].any()
    assert (summary["validation_accuracy"] > 0.9).all()
    assert "may have learned the images that judge accuracy" not in printed
    assert "Network mine: right on" in printed
    assert "!! " not in printed
    losses = json.loads((results / "mine/seed-1/membership.json").read_text())
    assert 0.4 < losses["auc"]["value"] < 0.8
    # 32 numbers of a digit give the very image away, far above chance.
    rebuilt = summary[(summary["wire"] == "code") & summary["rebuilds"]]
    assert (rebuilt["unseen_top1"] > 0.2).all()
    assert (rebuilt["unseen_skill"] > 0.3).all()


def test_device_parts_that_are_not_of_keras_end_with_the_report(project):
    """Of the network of the walk-through before it, and in the same project."""
    printed = told(project, blocks("sh")[1])
    assert "Report: results/others/report.html" in printed
    asked = ("phone", "exported", "program", "recorded")
    said = "refine was not run on phone, exported, program and recorded: no gradients"
    assert said in printed

    summary = pd.read_csv(project.path / "results/others/summary.csv")
    run = summary[summary["not_run"].isna()].set_index(["target", "attacker"])
    attackers = run.groupby("target").apply(lambda rows: set(rows.index.get_level_values(1)))
    assert all(attackers[target] == {"decoder", "retrieval"} for target in asked)
    assert attackers["alone"] == {"decoder", "refine", "retrieval"}
    not_run = summary[summary["not_run"].notna()]
    assert set(not_run["target"]) == set(asked)
    assert (not_run["not_run"] == "no gradients").all()
    assert not_run["unseen_top1"].isna().all()
    verdict = json.loads((project.path / "results/others/verdict.json").read_text())
    reasons = {wire["target"]: wire["not_run"] for wire in verdict["wires"]}
    assert reasons == {"alone": {}} | {one: {"refine": "no gradients"} for one in asked}
    assert (run["numbers"] == 32).all()
    assert (run.loc[(slice(None), "retrieval"), "unseen_top1"] > 0.95).all()
    accuracy = run["validation_accuracy"].groupby("target").first()
    assert (accuracy[["phone", "exported"]] > 0.9).all()
    assert accuracy[["alone", "program", "recorded"]].isna().all()
    served = run["server_accuracy"].groupby("target").first()
    assert served[["phone", "exported"]].notna().all()
    assert served[["alone", "program", "recorded"]].isna().all()
    assert run.loc["recorded"]["unseen_activation_error"].isna().all()
    page = (project.path / "results/others/report.html").read_text()
    assert page.count(said) == 2  # in the verdict and for those who sign
    # Of unseen images and of those held out, on one wire of each.
    assert page.count("not run: no gradients") == 2 * len(asked)
    assert not re.search(r"[>\s(]nan[<%\s,.)]", page, re.IGNORECASE)
    # The same network by other ways: what leaks is the same but for rounding.
    top1 = run.loc[(slice(None), ["decoder", "retrieval"]), "unseen_top1"].unstack("target")
    for other in ("exported", "alone", "recorded"):
        assert top1["program"].sub(top1[other]).abs().max() < 0.02
