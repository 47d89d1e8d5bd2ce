"""The rules as a module of another workflow, in another folder."""

import subprocess
import sys

import pytest
import yaml

from tests.workflow.conftest import TINY, Run, copy_of_the_project

OUTER = """
configfile: "paper.yaml"


rule all:
    input:
        "paper.txt",


module intercept:
    snakefile:
        "tools/intercept/Snakefile"
    config:
        config["leakage"]


use rule * from intercept as intercept_*


rule write_paper:
    input:
        "data/mnist_5k/manifest.json",
    output:
        "paper.txt",
    shell:
        "cp {input} {output}"
"""


@pytest.fixture
def outer(tmp_path):
    """A workflow that takes these rules, and a function that runs it."""
    copy_of_the_project(tmp_path / "tools/intercept")
    (tmp_path / "Snakefile").write_text(OUTER)
    study = {**TINY, "study": "of-the-paper"}
    (tmp_path / "paper.yaml").write_text(yaml.safe_dump({"leakage": study}))

    def run(*arguments: str) -> Run:
        command = [sys.executable, "-m", "snakemake", "--cores", "2", *arguments]
        ended = subprocess.run(
            command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        return Run(ended.returncode, ended.stdout)

    return run


def test_a_workflow_plans_a_study_by_its_own_configuration(outer, tmp_path):
    plan = outer("--dry-run", "results/of-the-paper/report.html")
    assert plan.code == 0, plan.output
    assert plan.jobs["intercept_train_target"] == 4
    assert plan.jobs["intercept_render_report"] == 1


@pytest.mark.slow
def test_a_workflow_runs_a_job_of_the_module_for_its_own(outer, tmp_path):
    run = outer()
    assert run.code == 0, run.output
    assert run.jobs == {"intercept_prepare_dataset": 1, "write_paper": 1}
    manifest = (tmp_path / "data/mnist_5k/manifest.json").read_text()
    assert (tmp_path / "paper.txt").read_text() == manifest
    assert '"dataset": "mnist_5k"' in manifest
    assert outer("--dry-run").jobs == {}
