"""Who reads what: the table of the threat model against what the workflow plans to read."""

import re
from collections import defaultdict
from pathlib import PurePath

import pytest

from tests.workflow.conftest import ROOT, TINY, Project, copy_of_the_project

MANIFEST = "data/manifest.json"
LEVELS = ("<target>", "<wire>", "<attacker>")


def kind(file: str) -> str | None:
    """A file as the page names it; None for code, tables and figures."""
    path = PurePath(file)
    if path.parts[0] == "data":
        return f"data/{path.name}"
    inside = path.parts[2:-1]
    if path.parts[0] != "results" or "seed-1" not in inside or inside[0] == "figures":
        return None
    if inside[0] in ("auxiliary", "baselines"):
        return f"{inside[0]}/{path.name}"
    return f"{LEVELS[len(inside) - 2]}/{path.name}"


def page() -> dict[str, tuple[str, set[str], set[str]]]:
    """Of each job: who it is, what it reads, what it writes."""
    text = (ROOT / "docs" / "threat-model.md").read_text()
    rows = re.findall(r"^\| `(\w+)` \| (\w+) \| (.+) \| (.+) \|$", text, re.MULTILINE)
    return {
        rule: (who, set(re.findall(r"`(.+?)`", reads)), set(re.findall(r"`(.+?)`", writes)))
        for rule, who, reads, writes in rows
    }


@pytest.fixture(scope="module")
def planned(tmp_path_factory) -> dict[str, dict[str, set[str]]]:
    """Inputs and outputs of every job of a study in which each kind of job has its place."""
    project = Project(tmp_path_factory.mktemp("planned"))
    copy_of_the_project(project.path)
    plain = TINY["wires"]["plain"]
    plain = {**plain, "attackers": [*plain["attackers"], "prior", "shadow"]}
    attackers = {**TINY["attackers"], "prior": {}, "shadow": {}}
    noisy = TINY["wires"]["behind-noise"]
    noisy = {**noisy, "attackers": [*noisy.get("attackers", TINY["attackers"]), "shadow"]}
    wires = {**TINY["wires"], "plain": plain, "behind-noise": noisy}
    audit = {"targets": ["dp-noise-0.7"]}
    project.configure(attackers=attackers, wires=wires, audit=audit)
    run = project.run("--dry-run", "--forceall", "--quiet", "host")
    assert run.code == 0, run.output
    found = defaultdict(lambda: {"input": set(), "output": set()})
    for rule, body in re.findall(
        r"^(?:local)?rule (\w+):\n((?: +.+\n)+)", run.output, re.MULTILINE
    ):
        for what, files in re.findall(r"^ +(input|output): (.+)$", body, re.MULTILINE):
            found[rule][what] |= {kind(file) for file in files.split(", ")} - {None}
    return found


def test_the_page_has_every_job_between_the_data_and_the_tables(planned):
    others = {
        "all",
        "prepare_dataset",
        "collect_summary",
        "compare_rows",
        "check_bounds",
        "check_audits",
    }
    others |= {rule for rule in planned if rule.startswith("plot_")} | {
        "render_report",
        "draw_pictures",
        "draw_sample",
    }
    assert page().keys() == planned.keys() - others


def test_jobs_read_and_write_what_the_page_says(planned):
    without = {"cut_target", "take_checkpoint", "train_autoencoder"}
    for rule, (_, reads, writes) in page().items():
        assert planned[rule]["input"] - {MANIFEST} == reads, rule
        assert planned[rule]["output"] == writes, rule
        assert (MANIFEST in planned[rule]["input"]) == (rule not in without), rule


def test_an_adversary_reads_nothing_of_the_owners_but_the_wire(planned):
    of_the_wire = {f"<wire>/{name}.h5" for name in ("intercepted", "activations")}
    # It knows the defence, and a shadow the server part, too.
    allowed = {*of_the_wire, "<wire>/defence.json", "<wire>/server_as_trained.h5", MANIFEST}
    jobs = [rule for rule, (who, _, _) in page().items() if who == "adversary"]
    assert set(jobs) == {"prepare_auxiliary", "train_prior", "train_embedding", "attack_wire"}
    own = set().union(*(planned[rule]["output"] for rule in jobs)) | {"data/attacker.tfrecord"}
    for rule in jobs:
        assert planned[rule]["input"] <= allowed | own, rule
