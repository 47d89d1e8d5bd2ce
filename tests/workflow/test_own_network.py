"""The walk-through of docs/own-network.md, as it stands."""

import re
import subprocess
import sys

import pandas as pd
import pytest

from tests.workflow.conftest import ROOT, Project, copy_of_the_project

pytestmark = pytest.mark.slow


def blocks():
    """The fenced blocks of the page, by their language."""
    page = (ROOT / "docs/own-network.md").read_text()
    return dict(re.findall(r"```(\w+)\n(.*?)```", page, re.DOTALL))


def test_the_walk_through_ends_with_the_report(tmp_path):
    project = Project(tmp_path)
    copy_of_the_project(project.path)
    (project.path / ".venv").symlink_to(sys.prefix)
    shown = blocks()
    (project.path / "digits.py").write_text(shown["python"])
    (project.path / "digits.yaml").write_text(shown["yaml"])
    run = subprocess.run(
        ["bash", "-e", "-c", shown["sh"]],
        cwd=project.path,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert run.returncode == 0, run.stdout
    results = project.path / "results/digits"
    assert f"Report: {results.relative_to(project.path)}/report.html" in run.stdout
    page = (results / "report.html").read_text()
    assert "How the network of a file was trained is not known" in page

    summary = pd.read_csv(results / "summary.csv")
    assert set(summary["wire"]) == {"code", "code-noise-4"}
    assert set(summary["recipe"]) == {"model-file"}
    assert summary["epsilon"].isna().all()
    assert not summary["network_is_guaranteed"].any()
    assert (summary["validation_accuracy"] > 0.9).all()
    # 32 numbers of a digit give the very image away, far above chance.
    rebuilt = summary[(summary["wire"] == "code") & summary["rebuilds"]]
    assert (rebuilt["unseen_top1"] > 0.2).all()
    assert (rebuilt["unseen_skill"] > 0.3).all()
