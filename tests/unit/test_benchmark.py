"""The benchmarks, run for real: of training steps on their two fast engines."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

BENCHMARK = Path(__file__).resolve().parents[2] / "benchmarks" / "dp_step.py"
ATTACK_BENCHMARK = BENCHMARK.with_name("attack_step.py")


def run(*options, benchmark=BENCHMARK):
    return subprocess.run(
        [sys.executable, benchmark, *options], capture_output=True, text=True, check=False
    )


@pytest.mark.slow
def test_a_table_and_json_lines_of_the_same_numbers(tmp_path):
    records = tmp_path / "steps.jsonl"
    options = ["--engines", "ordinary,intercept", "--threads", "1", "--steps", "2", "--json"]
    done = run(*options, records)
    assert done.returncode == 0, done.stderr
    header, _, columns, *table = done.stdout.splitlines()
    assert "tensorflow 2.15" in header and "tensorflow-privacy 0.9" in header
    assert columns.split() == ["engine", "threads", "ms", "interquartile", "ratio", "peak", "MB"]
    ordinary, intercept = map(json.loads, records.read_text().splitlines())
    assert set(ordinary) == {"engine", "threads", "ms", "ratio", "peak_mb"}
    assert (ordinary["engine"], ordinary["threads"], ordinary["ratio"]) == ("ordinary", 1, 1)
    assert intercept["engine"] == "intercept"
    assert intercept["ratio"] == pytest.approx(intercept["ms"] / ordinary["ms"], abs=0.01)
    assert 100 < intercept["peak_mb"] < 4000
    for row, record in zip(table, (ordinary, intercept), strict=True):
        engine, threads, ms, _, ratio, _ = row.split()
        assert (engine, threads) == (record["engine"], "1")
        assert float(ms.replace(",", "")) == pytest.approx(record["ms"], abs=1)
        assert float(ratio) == pytest.approx(record["ratio"], abs=0.01)


@pytest.fixture
def dp_step(monkeypatch):
    monkeypatch.syspath_prepend(BENCHMARK.parent)
    import dp_step

    return dp_step


def test_engines_that_are_not_installed_are_skipped_with_what_to_do(tmp_path, dp_step):
    with pytest.raises(dp_step.NotInstalledError, match="make benchmark"):
        dp_step.Worker("opacus-hooks", 1, tmp_path / "no-such-python")


@pytest.mark.parametrize(
    ("option", "value", "message"),
    [
        ("--engines", "ordinary,fastest", "no engine fastest; there are ordinary, "),
        ("--threads", "0", "allowed is 1 to"),
        ("--steps", "1", "allowed is 2 or more"),
    ],
)
def test_options_out_of_range_are_refused(dp_step, monkeypatch, capsys, option, value, message):
    monkeypatch.setattr(sys, "argv", ["dp_step.py", option, value])
    with pytest.raises(SystemExit) as ended:
        dp_step.main()
    assert ended.value.code == 2
    assert message in capsys.readouterr().err.splitlines()[-1]


@pytest.mark.slow
def test_an_attackers_step_is_timed_both_ways(tmp_path):
    records = tmp_path / "steps.jsonl"
    done = run("--steps", "2", "--json", records, benchmark=ATTACK_BENCHMARK)
    assert done.returncode == 0, done.stderr
    cached, computed = map(json.loads, records.read_text().splitlines())
    assert (cached["way"], cached["ratio"]) == ("activations cached", 1)
    assert computed["way"] == "activations computed at every step"
    assert computed["ratio"] == pytest.approx(computed["ms"] / cached["ms"])
    for line, record in zip(done.stdout.splitlines()[1:], (cached, computed), strict=True):
        assert line.startswith(record["way"])
        assert line.split()[-3:] == ["1", f"{record['ms']:.1f}", f"{record['ratio']:.2f}"]


@pytest.mark.slow
def test_plans_of_growing_studies_are_timed(tmp_path):
    records = tmp_path / "plans.jsonl"
    options = ("--seeds", "1", "2", "--repeats", "1", "--json", records)
    done = run(*options, benchmark=BENCHMARK.with_name("plan.py"))
    assert done.returncode == 0, done.stderr
    one, two = map(json.loads, records.read_text().splitlines())
    assert (one["cells"], two["cells"]) == (50, 100)
    assert one["jobs"] < two["jobs"] < 2 * one["jobs"]
    for line, record in zip(done.stdout.splitlines()[-2:], (one, two), strict=True):
        assert line.split()[:2] == [str(record["cells"]), str(record["jobs"])]
