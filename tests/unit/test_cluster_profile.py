"""The profile for a cluster: it speaks of rules that there are, and asks for enough."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "profiles/slurm/config.yaml").read_text()
PROFILE = yaml.safe_load(TEXT)
ASKED = PROFILE["set-resources"]
RULES = {
    name: body
    for file in (ROOT / "workflow/rules").glob("*.smk")
    for name, body in re.findall(r"^rule (\w+):\n((?:    .*\n|\n)+)", file.read_text(), re.M)
}
for of, name in re.findall(
    r"^use rule (\w+) as (\w+) with:", (ROOT / "workflow/rules/target.smk").read_text(), re.M
):
    RULES[name] = RULES[of]
DEFAULT = yaml.safe_load((ROOT / "profiles/default/config.yaml").read_text())
LEARNING = sorted(rule for rule in RULES if rule.startswith(("train_", "attack_")))


def stated(rule: str, what: str) -> str:
    """What a rule says of itself."""
    return re.search(rf"\b{what}[:=] ?(\w+)", RULES[rule])[1]


def test_there_are_rules_that_train_and_attack():
    assert {"train_target", "train_prior", "attack_wire"} <= set(LEARNING)


@pytest.mark.parametrize("rule", LEARNING)
def test_whatever_trains_or_attacks_has_its_own_minutes(rule):
    assert ASKED[rule]["runtime"] > PROFILE["default-resources"]["runtime"]


def test_every_rule_that_is_named_exists():
    assert set(ASKED) | set(PROFILE["groups"]) <= set(RULES)


def test_no_job_gets_less_memory_than_its_rule_asks_for():
    assert not any("mem_mb" in asked for asked in [*ASKED.values(), PROFILE["default-resources"]])


def test_no_rule_has_its_threads_cut():
    assert max(int(stated(rule, "threads")) for rule in RULES) <= PROFILE["cores"]


def test_a_cluster_goes_by_all_that_the_default_does_but_its_limit_on_memory():
    """A profile is taken in place of another, so that what it leaves out is Snakemake's default."""
    assert {key: PROFILE.get(key) for key in DEFAULT} == {**DEFAULT, "resources": None}


def test_memory_has_no_limit_that_would_cut_a_request():
    assert "resources" not in PROFILE


def test_every_entry_has_a_reason_beside_it():
    entries = TEXT.partition("\nset-resources:\n")[2].partition("\n\n")[0].splitlines()
    values = [line for line in entries if re.match(r" {4}\w", line)]
    assert len(values) == sum(map(len, ASKED.values()))
    assert all(re.search(r": \S+ +# \S", line) for line in values)


@pytest.mark.parametrize("study", ["profiles/demo/demo.yaml", "config.yaml"])
def test_no_job_of_a_group_waits_for_one_that_waits_for_the_group(study, tmp_path):
    """Snakemake says so when it plans; the demonstration has a goal, the default study all else."""
    groups = [f"{rule}={group}" for rule, group in PROFILE["groups"].items()]
    command = [sys.executable, "-m", "snakemake", "--snakefile", ROOT / "Snakefile", "--dry-run"]
    planned = subprocess.run(
        [*command, "--directory", tmp_path, "--configfile", ROOT / study, "--groups", *groups],
        capture_output=True,
        text=True,
    )
    assert planned.returncode == 0, planned.stderr
    assert "render_report" in planned.stdout
