"""What a study will take: the plan, and times that are had by counting or from finished jobs."""

import subprocess
import sys

import pytest
from configurations import DEMO, study

from intercept.check import cost
from intercept.check.images import Images
from intercept.check.plan import Job, allowed_megabytes, read_plan, why
from intercept.check.targets import look_at_targets

PLAN = """\
Building DAG of jobs...
Job stats:
job            count
-----------  -------
all                1
[Thu Nov 26 09:34:42 2026]
rule train_target:
    input: data/a/target.tfrecord
    output: results/a/no-dp/seed-1/target.h5
    wildcards: target=no-dp, seed=1
    resources: tmpdir=/tmp, mem_mb=3500, mem=3.5 GB, mem_mib=3338
[Thu Nov 26 09:34:42 2026]
rule plot_figure:
    wildcards: figure=leakage-scale/mobile_output
    resources: tmpdir=/tmp, mem_mb=1000, mem=1 GB, mem_mib=954
[Thu Nov 26 09:34:43 2026]
rule all:
    input: results/a/summary.csv
    jobid: 0
    resources: tmpdir=/tmp
Job stats:
job            count
"""
START = 5.0
OTHERS = {kind: {} for kind in ("refine", "prior", "linkage", "shadow")}
CONFIG = DEMO | {"attackers": DEMO["attackers"] | OTHERS}


@pytest.fixture(scope="module")
def images():
    part = {"labels": 10, "characters": 10}
    counts = {"train": 2000, "validation": 500, "attacker": 1250, "evaluation": 1250}
    return Images(counts, dict.fromkeys(counts, part), (28, 28, 1), 10, [], "", None)


@pytest.fixture(scope="module")
def targets(images):
    return look_at_targets(study(CONFIG), images)


@pytest.fixture
def estimated(images, targets, tmp_path, monkeypatch):
    """The estimate of some jobs of the demonstration, from a folder without benchmarks."""
    monkeypatch.chdir(tmp_path)

    def of(*jobs):
        return cost.estimate(study(CONFIG), images, targets, jobs, START)

    return of


def job(rule, **wildcards):
    return Job(rule, {"seed": "1", **wildcards}, 1000)


def test_a_plan_is_read_with_wildcards_and_memory():
    assert read_plan(PLAN) == [
        Job("train_target", {"target": "no-dp", "seed": "1"}, 3500),
        Job("plot_figure", {"figure": "leakage-scale/mobile_output"}, 1000),
    ]
    assert read_plan("Nothing to be done (all requested files are present and up to date).") == []


def test_the_profile_says_how_much_memory_there_may_be(tmp_path):
    profile = tmp_path / "config.yaml"
    assert allowed_megabytes(profile) is None
    profile.write_text("cores: 2\nresources:\n  - gpus=1\n  - mem_mb=8000\n")
    assert allowed_megabytes(profile) == 8000


def test_twice_the_epochs_take_twice_as_long_beyond_the_start(images, targets, estimated):
    (one,) = estimated(job("train_target", target="no-dp"))
    longer = {**DEMO["targets"], "no-dp": {"recipe": "post-part-1", "epochs": 16}}
    twice = cost.estimate(
        study({**DEMO, "targets": longer}),
        images,
        targets,
        [job("train_target", target="no-dp")],
        START,
    )[0]
    # All but one of the judgements before the first epoch.
    assert (twice.seconds - START) / (one.seconds - START) == pytest.approx(2, rel=0.02)


def test_jobs_of_a_rule_are_counted_together(estimated):
    wire = {"target": "no-dp", "wire": "mobile_output"}
    found = estimated(
        job("attack_wire", **wire, attacker="decoder"),
        Job("cut_target", {}, 1500),
        Job("attack_wire", {**wire, "attacker": "retrieval"}, 4000),
        job("plot_figure", figure="training"),
    )
    assert [(one.rule, one.jobs, one.megabytes) for one in found] == [
        ("attack_wire", 2, 4000),
        ("cut_target", 1, 1500),
        ("plot_figure", 1, 1000),
    ]
    assert found[0].seconds > 2 * START
    assert found[1].seconds == START
    assert found[2].seconds < START


def test_every_kind_of_job_and_attacker_is_estimated(estimated):
    wire = {"target": "no-dp", "wire": "mobile_output"}
    jobs = [
        *map(job, ("prepare_dataset", "prepare_auxiliary", "train_embedding", "account_privacy")),
        *(job("attack_wire", **wire, attacker=one) for one in CONFIG["attackers"]),
        job("compute_activations", target="no-dp", cut_layer="mobile_output"),
        job(
            "defend_wire", target="no-dp", defended="mobile_output-sphere-4-noise-for-0.05-of-1250"
        ),
        job("measure_attack", **wire, attacker="post"),
        job("train_autoencoder", cut_layer="mobile_output", width="standard"),
    ]
    assert all(one.seconds is not None for one in estimated(*jobs))


def test_what_is_not_known_is_not_estimated(estimated):
    (one,) = estimated(job("a_rule_of_tomorrow"))
    assert one.seconds is None


def test_finished_jobs_say_what_those_of_their_rule_take(estimated, tmp_path):
    folder = tmp_path / "benchmarks/measured/demo"
    for number, seconds in enumerate((100, 300, 200)):
        file = folder / f"no-dp/seed-{number}/mobile_output/decoder/attack_wire.tsv"
        file.parent.mkdir(parents=True)
        file.write_text(f"s\tcpu_time\n1\t{seconds}\n")
    (folder / "prepare_dataset.tsv").write_text("s\tcpu_time\n0\t-\n")
    wire = {"target": "no-dp", "wire": "mobile_output"}
    decoder, other, short = (
        estimated(job("attack_wire", **wire, attacker="decoder"))[0],
        estimated(job("attack_wire", **wire, attacker="retrieval"))[0],
        estimated(job("prepare_dataset"))[0],
    )
    assert (decoder.seconds, decoder.finished) == (200, True)
    assert (other.finished, short.finished) == (False, False)


def test_how_many_jobs_run_at_once_is_by_cores_and_memory():
    some = [Job("a", {}, 2000), Job("b", {}, 4000)]
    assert cost.at_once(some, 2, None) == 2
    assert cost.at_once(some, 8, 6000) == 2
    assert cost.at_once(some, 8, 1000) == 1


@pytest.mark.parametrize(
    ("stdout", "stderr", "said"),
    [
        (
            "Building DAG of jobs...\n",
            "MissingInputException in rule a in file Snakefile, line 3:\nMissing input files:\n",
            "MissingInputException in rule a in file Snakefile, line 3: Missing input files:",
        ),
        (
            "host: x\n",
            "WorkflowError:\n    Failed to open b.\n",
            "WorkflowError: Failed to open b.",
        ),
        ("host: x\n", "Assuming\nKeyError in file Snakefile, line 9:\n'x'\n  File \"a\"\n", None),
        ("", "Error: configuration: key 'x' is missing\n", "configuration: key 'x' is missing"),
        ("Killed\n", "", "Killed"),
        ("", "", "it said nothing"),
    ],
)
def test_why_snakemake_cannot_plan_is_the_line_that_names_it(stdout, stderr, said):
    assert why(stdout, stderr) == (said or "KeyError in file Snakefile, line 9: 'x'")


@pytest.mark.parametrize(
    ("snakefile", "said"),
    [
        ('x = {}["no"]', ["KeyError", "'no'"]),
        (
            'rule a:\n  input: "missing.txt"\n  output: "o.txt"\n  shell: "x"\n',
            ["MissingInputException in rule a in file", "line 1: Missing input files for rule a:"],
        ),
        ('rule a\n  output "o.txt"\n', ["SyntaxError: Expected name or colon after rule"]),
    ],
    ids=["exception", "missing", "syntax"],
)
def test_what_this_snakemake_says_names_the_exception(tmp_path, snakefile, said):
    (tmp_path / "Snakefile").write_text(snakefile)
    command = [sys.executable, "-m", "snakemake", "--dry-run", "--quiet", "host", "--cores", "1"]
    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert ended.returncode
    found = why(ended.stdout, ended.stderr)
    assert "\n" not in found
    for part in said:
        assert part in found


@pytest.mark.parametrize(
    ("resources", "megabytes"),
    [
        ("resources:\n  gpus: 1\n  mem_mb: 12000\n", 12000),
        ("resources: mem_mb=12000\n", 12000),
        ("resources:\n", None),
        ("resources:\n  - mem_mb=much\n", None),
        ("resources:\n  gpus: 1\n", None),
        ("", None),
    ],
    ids=["mapping", "one", "empty", "no number", "another", "no profile"],
)
def test_a_profile_says_it_in_any_way_that_snakemake_takes(tmp_path, resources, megabytes):
    profile = tmp_path / "config.yaml"
    profile.write_text(resources)
    assert allowed_megabytes(profile) == megabytes
