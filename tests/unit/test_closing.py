"""The last words of a run."""

import subprocess
import sys
import time

import pandas as pd
import pytest
from report_rows import dp_row, noisy_row, row, without

from intercept import closing


@pytest.fixture
def said(tmp_path):
    """The lines of the closing block of these attacks."""

    def say(rows):
        summary = tmp_path / "summary.csv"
        pd.DataFrame(rows).to_csv(summary, index=False)
        return closing.headline(summary, tmp_path / "report.html").split("\n")

    return say


def line_of(lines, name):
    (line,) = [line for line in lines if line.startswith(f"{name} ")]
    return line.removeprefix(name).split()


def test_one_line_for_each_target_by_its_strongest_attackers(said, tmp_path):
    lines = said(
        [
            row(attacker="decoder", held_out={"skill": 0.5}, unseen={"skill": 0.31}),
            row(attacker="refine", held_out={"top1": 0.9}, unseen={"top1": 0.4, "skill": -0.2}),
            row(attacker="retrieval", unseen={"top1": 0.987}),
            row(attacker="post", held_out={"top1": 1.0}, unseen={"top1": 0.0071}),
            dp_row(0.7, attacker="decoder", validation_accuracy=float("nan")),
        ]
    )
    assert "retrieval top-1 post top-1" in lines[3]
    no_dp = line_of(lines, "no-dp")
    assert no_dp[:3] == ["72.1%", "+0.31", "decoder"]
    assert no_dp[5:7] == ["40.00%", "refine"]
    assert no_dp[-2:] == ["98.70%", "0.71%"]
    private = line_of(lines, "dp-noise-0.7")
    assert (private[0], private[-2:]) == ("-", ["-", "-"])
    assert lines[-2:] == [f"Table:  {tmp_path}/summary.csv", f"Report: {tmp_path}/report.html"]


def test_the_post_alone_stands_for_itself(said):
    lines = said([row(attacker="post", synthetic=True)])
    assert "post top-1" not in lines[3]
    assert line_of(lines, "no-dp")[1:3] == ["+0.30", "post"]
    assert "synthetic data" in lines[1]


def test_seeds_and_releases_are_named_where_there_are_several(said):
    lines = said([row(seed=seed) for seed in (1, 2)])
    assert line_of(lines, "no-dp, seed 2")
    lines = said([row(release=release) for release in ("a", "b")])
    assert line_of(lines, "no-dp, release b")
    assert not any("seed 1" in line for line in lines)


def test_defences_have_a_table_of_their_own(said):
    lines = said([row(), noisy_row(2, within=0.2, tuned=0.4)])
    start = lines.index("behind defences at the wire")
    assert line_of(lines[start:], "no-dp, mobile_output-noise-2") == [
        "30.0%",
        "40.0%",
        "20.0%",
        "+0.30",
        "64.0%",
    ]
    assert "noise-2" not in "".join(lines[:start])
    assert "behind defences at the wire" not in said([row()])


def test_without_unseen_images_it_speaks_of_the_seen_ones(said):
    lines = said(without(pd.DataFrame([row(seen={"skill": 0.77})]), "unseen"))
    assert lines[2].startswith("of seen images")
    assert line_of(lines, "no-dp")[1] == "+0.77"


def test_it_costs_a_dry_run_no_import():
    heavy = "{'pandas', 'numpy', 'matplotlib', 'tensorflow'}"
    command = (
        f"import sys; from intercept import closing; sys.exit(bool({heavy} & set(sys.modules)))"
    )
    folder = closing.__file__.rpartition("/intercept/")[0]
    assert subprocess.run([sys.executable, "-c", command], cwd=folder).returncode == 0


def test_failures_are_the_last_words_of_logs_of_this_run(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "one.log").write_text("1\nError: no disk\n")
    (tmp_path / "two.log").write_text("Error: not the last\n2 finished after 3.0 s\n")
    assert closing.failures(tmp_path, since=0) == ["no disk"]
    assert closing.failures(tmp_path, since=time.time() + 60) == []


@pytest.mark.parametrize("written", ["", "epoch 1 of 30\n"])
def test_a_job_without_last_words_was_killed(tmp_path, written):
    (tmp_path / "one.log").write_text(written)
    (said,) = closing.failures(tmp_path, since=0)
    assert said.startswith("a job was killed")
    assert said.endswith(f"(log: {tmp_path}/one.log)")
