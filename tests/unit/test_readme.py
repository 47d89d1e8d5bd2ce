"""What the README and the documentation say of commands, tests and each other."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
COMMAND = re.compile(r"^(?:make|find|source|snakemake|\.venv/bin/\w+)(?: [^#]+)?$")
RUN_BY = {  # what begins so is run by this script of CI, or by this test
    "make demo": ".ci/run",
    "make test": ".ci/run",
    "make lint": ".ci/run",
    "make demo-slurm": "tests/slurm/check.sh",
    "make slurm": "tests/slurm/check.sh",
    ".venv/bin/snakemake --workflow-profile profiles/slurm": "tests/slurm/check.sh",
    "make run": "workflow/test_make.py::test_a_finished_study_needs_no_run",
    "make status": "workflow/test_make.py::test_status_says_what_is_done_and_what_is_left",
    "make dag": "workflow/test_make.py::test_the_graph_is_drawn",
    "make report": "workflow/test_make.py::test_the_report_and_the_curves_on_request",
    "make tensorboard": "workflow/test_make.py::test_the_report_and_the_curves_on_request",
    ".venv/bin/tensorboard": "workflow/test_make.py::test_the_report_and_the_curves_on_request",
    "make clean": "workflow/test_make.py::test_clean_leaves_the_sources_and_the_environment",
    "find results": "workflow/test_make.py::test_the_checksums_of_a_study_are_checked_at_once",
    "source": "workflow/test_make.py::test_in_the_environment_snakemake_plans_the_default_study",
    ".venv/bin/snakemake -n": (
        "workflow/test_make.py::test_in_the_environment_snakemake_plans_the_default_study"
    ),
    "snakemake --cores 2": (
        "workflow/test_own_network.py::test_the_walk_through_ends_with_the_report"
    ),
    ".venv/bin/snakemake --cores 2": (
        "workflow/test_own_network.py::test_the_walk_through_ends_with_the_report"
    ),
    ".venv/bin/python": "workflow/test_own_network.py::test_the_walk_through_ends_with_the_report",
    # With fewer steps and smaller studies than the command asks for:
    "make benchmark": "unit/test_benchmark.py::test_a_table_and_json_lines_of_the_same_numbers",
    "make benchmark-attack": "unit/test_benchmark.py::test_an_attackers_step_is_timed_both_ways",
    "make benchmark-plan": "unit/test_benchmark.py::test_plans_of_growing_studies_are_timed",
}
RUN_BY_NOBODY = {"snakemake --sdm conda --cores 2"}  # docs/tasks.md says so
ROW = re.compile(r"^\| (?P<fault>[^|]+) \|.*\| `(?P<file>test_\w+\.py)::(?P<test>test_\w+)` \|$")


def functions_of(file: str) -> set[str]:
    tree = ast.parse((ROOT / "tests" / file).read_text())
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_every_row_of_the_table_of_faults_has_its_test():
    page = (ROOT / "docs/troubleshooting.md").read_text()
    lines = [line for line in page.splitlines() if line[:1] == "|"]
    assert len(lines) > 10
    for line in lines[2:]:  # after the heading
        row = ROW.match(line)
        assert row, line
        assert row["test"] in functions_of(f"workflow/{row['file']}"), line


def commands() -> set[str]:
    text = "\n".join(page.read_text() for page in PAGES if page.name != "CONTRIBUTING.md")
    fenced = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
    blocks = [block for language, block in fenced.findall(text) if language in ("", "sh")]
    lines = [line.partition("#")[0].strip() for block in blocks for line in block.splitlines()]
    inline = [" ".join(span.split()) for span in re.findall(r"`([^`]+)`", fenced.sub("", text))]
    return {line for line in (*lines, *inline) if COMMAND.match(line)}


def test_every_command_is_run_by_ci_or_by_a_test():
    found = commands() - RUN_BY_NOBODY
    assert len(found) > 20
    used = set()
    for command in found:
        known = [start for start in RUN_BY if f"{command} ".startswith(f"{start} ")]
        assert known, f"{command}: no test runs it"
        used.add(max(known, key=len))
    assert used | {"make lint"} == RUN_BY.keys()
    for start, place in RUN_BY.items():
        file, _, test = place.partition("::")
        if test:
            assert test in functions_of(file), place
        else:
            assert start.removeprefix(".venv/bin/snakemake ") in (ROOT / file).read_text(), place


def anchors(page: Path) -> set[str]:
    """The fragments that GitHub and GitLab give to a page's headings."""
    text = re.sub(r"^```.*?^```$", "", page.read_text(), flags=re.DOTALL | re.MULTILINE)
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_within_the_project_lead_somewhere(page):
    for link in re.findall(r"\]\((?!https?://)([^)]*)\)", page.read_text()):
        path, _, fragment = link.partition("#")
        target = page.parent / path if path else page
        assert target.exists(), link
        assert not fragment or fragment in anchors(target), link


def test_every_page_is_reached_from_the_readme():
    text = (ROOT / "README.md").read_text()
    for page in PAGES[1:]:
        assert f"]({page.relative_to(ROOT)}" in text, page


def test_the_readme_is_read_in_one_go():
    assert len((ROOT / "README.md").read_text().splitlines()) <= 200
