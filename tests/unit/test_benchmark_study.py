"""Where the time of a study went, of what was measured of its jobs."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

BENCHMARK = Path(__file__).resolve().parents[2] / "benchmarks" / "study.py"


def run(*options):
    command = [sys.executable, BENCHMARK, *options]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_stages_have_their_shares_of_all_seconds(tmp_path):
    wire = "no-dp/seed-1/mobile_output"
    for name, seconds in {
        "no-dp/seed-1/train_target": 50,
        "plain/seed-1/train_target": 10,
        f"{wire}/decoder/attack_wire": 30,
        f"{wire}/decoder/measure_attack": 5,
        "plot_figure/frontier": 5,
        "prepare_dataset": "-",
    }.items():
        file = tmp_path / "mine" / f"{name}.tsv"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"s\tcpu_time\n1.5\t{seconds}\n")
    done = run("mine", "--measured", tmp_path, "--json", tmp_path / "stages.jsonl")
    assert done.returncode == 0, done.stderr
    records = [json.loads(line) for line in (tmp_path / "stages.jsonl").read_text().splitlines()]
    shares = {one["stage"]: (one["jobs"], one["seconds"], one["share"]) for one in records}
    assert shares == {
        "train_target": (2, 60, pytest.approx(0.6)),
        "attack_wire decoder": (1, 30, pytest.approx(0.3)),
        "measure_attack decoder": (1, 5, pytest.approx(0.05)),
        "plot_figure": (1, 5, pytest.approx(0.05)),
    }
    assert records[0]["longest"] == 50
    first = done.stdout.splitlines()[1].split()
    assert first == ["train_target", "2", "60.0", "50.0", "60.0%"]


def test_a_study_that_was_not_run_is_named(tmp_path):
    done = run("lost", "--measured", tmp_path)
    assert done.returncode != 0
    assert done.stderr == (
        f"Error: no job is measured under {tmp_path}/lost; run the study here first\n"
    )
