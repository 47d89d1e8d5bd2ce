"""What the README and the documentation say of commands, tests and each other is there."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
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


def test_every_make_command_is_in_the_makefile():
    makefile = (ROOT / "Makefile").read_text()
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    for page in PAGES:
        named = set(re.findall(r"(?:^|`)make ([a-z-]+)", page.read_text(), re.MULTILINE))
        assert named <= targets, page


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
