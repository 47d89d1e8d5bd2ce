"""What the README says of tests."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROW = re.compile(r"^\| (?P<fault>[^|]+) \|.*\| `(?P<file>test_\w+\.py)::(?P<test>test_\w+)` \|$")


def functions_of(file: str) -> set[str]:
    tree = ast.parse((ROOT / "tests/workflow" / file).read_text())
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_every_row_of_the_table_of_faults_has_its_test():
    section = (ROOT / "README.md").read_text().partition("## If something goes wrong")[2]
    lines = [line for line in section.partition("\n## ")[0].splitlines() if line[:1] == "|"]
    assert len(lines) > 10
    for line in lines[2:]:  # after the heading
        row = ROW.match(line)
        assert row, line
        assert row["test"] in functions_of(row["file"]), line
