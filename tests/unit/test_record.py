"""README.md and docs/results.md have the tables that docs/tables makes."""

import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import pytest

RECORD = Path(__file__).parents[2] / "docs" / "record"
sys.path.insert(0, str(RECORD))
SPEC = importlib.util.spec_from_file_location("record", RECORD / "__main__.py")
record = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(record)
keeping = sys.modules["keeping"]


@pytest.mark.parametrize("page", record.PAGES, ids=lambda page: page.name)
def test_the_tables_of_a_page_are_those_of_the_kept_results(page):
    text = page.read_text()
    assert record.write(text) == text


def test_every_table_that_can_be_made_is_on_a_page():
    pages = "".join(page.read_text() for page in record.PAGES)
    for name in record.MADE:
        assert f"<!-- table: {name} -->\n| " in pages, name


def test_what_stood_in_a_table_is_replaced_and_nothing_else():
    (row, *_) = record.MADE["runs"]()
    page = "# Title\n\n<!-- table: runs -->\n| old |\n| of old |\n\nWords | and words.\n"
    written = record.write(page)
    assert written.startswith(f"# Title\n\n<!-- table: runs -->\n{row}\n")
    assert written.endswith("|\n\nWords | and words.\n")
    assert "old" not in written


@pytest.fixture
def results(tmp_path, monkeypatch):
    """The folder of a study in a working tree, and tables that are kept beside it."""
    results, measured = tmp_path / "results" / "omniglot", tmp_path / "benchmarks/measured/omniglot"
    results.mkdir(parents=True)
    measured.mkdir(parents=True)
    (measured / "audit.tsv").write_text("s\tcpu_time\n9000\t7200\n")
    monkeypatch.setattr(keeping, "TABLES", tmp_path / "tables")
    identity = ("-c", "user.name=a", "-c", "user.email=a@b.c")
    for command in (("init", "-q"), (*identity, "commit", "-q", "--allow-empty", "-m", "made")):
        subprocess.run(["git", *command], cwd=tmp_path, check=True)
    return results


KEPT = RECORD.parent / "tables"


def test_what_is_kept_of_a_study_makes_the_tables(results):
    audits = keeping.pd.read_csv(KEPT / "omniglot" / "audits.csv")
    audits["audited_this_mechanism"] = 1.239
    audits.to_csv(results / "audits.csv", index=False)
    record.keep(results, "make run")
    (row,) = record.MADE["runs"]()[2:]
    assert re.fullmatch(r"\| `make run` \| 1 \| [0-9a-f]{7} \| .+ \| 2.0 \|", row)
    assert all(" | 1.23 | " in line for line in record.MADE["audits"]()[2:])


def test_differences_are_kept_if_they_have_an_interval_and_apart_by_another_name(results):
    differences = keeping.pd.read_csv(KEPT / "faces" / "differences.csv")
    differences.loc[differences["kind"] == "wires", ["low", "high"]] = None
    differences.to_csv(results / "differences.csv", index=False)
    record.keep(results, "make run STUDY=more.yaml", "more")
    kept = keeping.kept("more", "differences")
    assert len(kept) == (differences["kind"] != "wires").sum() > 0
    assert not (keeping.TABLES / "omniglot").exists()
    differences[["low", "high"]] = None
    differences.to_csv(results / "differences.csv", index=False)
    record.keep(results, "make run", "one-seed")
    assert not (keeping.TABLES / "one-seed" / "differences.csv").exists()


def test_a_study_with_fewer_attacks_than_are_kept_does_not_take_their_place(results):
    summary = keeping.pd.read_csv(KEPT / "omniglot" / "summary.csv")
    summary.to_csv(results / "summary.csv", index=False)
    record.keep(results, "make run")
    before = (keeping.TABLES / "omniglot" / "summary.csv").read_bytes()
    fewer = summary[summary["attacker"] != "linkage"]
    fewer.to_csv(results / "summary.csv", index=False)
    with pytest.raises(SystemExit, match=r"attacks fewer than omniglot/summary.csv, .*/ linkage:"):
        record.keep(results, "make run")
    assert (keeping.TABLES / "omniglot" / "summary.csv").read_bytes() == before
    record.keep(results, "make run", "without")
    assert len(keeping.kept("without", "summary")) == len(fewer)


def test_a_study_without_a_wire_that_is_shown_is_not_drawn(results):
    summary = keeping.pd.read_csv(KEPT / "omniglot" / "summary.csv")
    undefended = summary[summary["wire"] == "mobile_output"]
    undefended.to_csv(results / "summary.csv", index=False)
    record.keep(results, "make run")
    with pytest.raises(
        SystemExit, match=r"mobile_output-codebook-20 by contrastive, of no-dp: run"
    ):
        record.main(["draw", str(results)])
