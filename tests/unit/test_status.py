"""How far a study is, from what Snakemake lists."""

import subprocess
import sys
from pathlib import Path

import pytest

from intercept.study.status import overview, place, unfinished

SCRIPTS = Path(__file__).resolve().parents[2] / "workflow/scripts"
DONE = ("ok", "no update")
MISSING = ("missing", "update pending")


def rows(**states):
    """Rows of Snakemake's summary of a study ``a``."""
    return [
        {"output_file": file, "status": status, "plan": plan}
        for file, (status, plan) in states.items()
    ]


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        ("data/omniglot/manifest.json", ("data", None)),
        ("results/a/auxiliary/seed-1/prior.h5", ("auxiliary", None)),
        ("results/a/baselines/seed-1/cut/autoencoder.h5", ("baselines", None)),
        ("results/a/no-dp/seed-1/target.h5", ("targets", "no-dp")),
        ("results/a/no-dp/seed-2/cut-noise-2/server.json", ("wires", "no-dp")),
        ("results/a/no-dp/seed-1/cut/post/metrics.json", ("attacks", "no-dp")),
        ("results/a/summary.csv", ("report", None)),
        ("results/a/figures/leakage-scale/cut.png", ("report", None)),
    ],
)
def test_every_file_has_its_stage_and_target(file, expected):
    assert place(file) == expected


def test_what_is_left_is_counted_by_stage_and_by_target():
    said = overview(
        rows(
            **{
                "data/a/manifest.json": DONE,
                "results/a/one/seed-1/target.h5": DONE,
                "results/a/two/seed-1/target.h5": MISSING,
                "results/a/one/seed-1/cut/post/metrics.json": MISSING,
                "results/a/summary.csv": ("ok", "update pending"),
                "results/a/bounds.csv": ("params changed", "update pending"),
            }
        )
    )
    assert said.splitlines() == [
        "2 of 6 files are done.",
        "data     1 of 1",
        "targets  1 of 2",
        "attacks  0 of 1",
        "report   0 of 2",
        "",
        "by target  targets  wires  attacks",
        "one         1 of 1          0 of 1",
        "two         0 of 1",
        "",
        "There, and to be made anew: what they are made from is made anew (1), "
        "settings, code or content was changed (1)",
        "",
        "4 files are left.",
    ]


def test_a_finished_study_has_nothing_left():
    said = overview(rows(**{"data/a/manifest.json": DONE, "results/a/summary.csv": DONE}))
    assert said.splitlines()[0] == "2 of 2 files are done."
    assert said.endswith("Nothing is left.")
    assert "by target" not in said
    assert "anew" not in said


def test_a_lost_file_that_nothing_waits_for_is_told_apart():
    lost = ("missing", "no update")
    said = overview(rows(**{"results/a/one/seed-1/target.h5": lost, "results/a/summary.csv": DONE}))
    assert "Gone, and not needed, since what is made from it is done: 1" in said
    assert said.endswith("Nothing is left.")


def test_a_report_is_of_a_study_that_is_finished():
    lost = ("missing", "no update")
    finished = {"data/a/manifest.json": DONE, "results/a/x.h5": lost, "results/a/summary.csv": DONE}
    assert unfinished(rows(**finished)) == ""
    assert unfinished(rows(**finished, **{"results/a/goal-met.txt": MISSING})) == ""
    for changed in (MISSING, ("params changed", "update pending")):
        said = unfinished(rows(**finished, **{"results/a/report.html": changed}))
        assert said.startswith("Error: 1 file is left to be made or made anew, such as results/a/r")
        assert "first make run with the same STUDY" in said
        assert "\n" not in said
    assert "2 files are left" in unfinished(rows(**{"results/a/b": MISSING, "data/c": MISSING}))


@pytest.mark.parametrize(("state", "code"), [("no update", 0), ("update pending", 1)])
def test_it_fails_where_something_is_left_if_that_is_asked(state, code):
    listed = f"output_file\tstatus\tplan\nresults/a/summary.csv\tok\t{state}\n"
    ended = subprocess.run(
        [sys.executable, "-m", "intercept.study.status", "--finished"],
        cwd=SCRIPTS,
        input=listed,
        capture_output=True,
        text=True,
    )
    assert (ended.returncode, ended.stdout) == (code, "")
    assert ended.stderr.count("\n") == code
