"""Checksums beside outputs."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from intercept.runtime import checksums
from intercept.runtime.checksums import changed_since_read, content_hash, record, verify
from intercept.runtime.errors import UserError


@pytest.fixture
def written(tmp_path, monkeypatch):
    """A file and a folder with their checksums, in the working folder."""
    monkeypatch.chdir(tmp_path)
    table, folder = Path("results/table.csv"), Path("data/drawn")
    for path in (table, folder / "images.bin", folder / "deep/labels.txt"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(path.name)
    record([table, folder, "results/not-written.csv"])
    return table, folder


def test_what_was_written_is_accepted(written):
    verify([*written, "results/missing.csv"])


def test_sha256sum_reads_the_checksums(written):
    files = ["results/.table.csv.sha256", "data/.drawn.sha256"]
    ended = subprocess.run(
        ["sha256sum", "--check", *files], capture_output=True, text=True, check=True
    )
    assert len(ended.stdout.splitlines()) == 3


@pytest.mark.parametrize("content", ["", "table.cs", "another\n"])
def test_another_content_is_refused(written, content):
    table, folder = written
    table.write_text(content)
    with pytest.raises(UserError) as refused:
        verify([folder, table])
    assert str(table) in str(refused.value)
    assert str(folder) not in str(refused.value)
    assert "delete it and run the same command again" in str(refused.value)


@pytest.mark.parametrize(
    "change",
    [
        lambda folder: (folder / "images.bin").write_text("other"),
        lambda folder: (folder / "images.bin").unlink(),
        lambda folder: (folder / "more.txt").write_text("more"),
        lambda folder: (folder / "images.bin").rename(folder / "renamed.bin"),
    ],
    ids=["changed", "missing", "added", "renamed"],
)
def test_a_folder_is_held_against_all_its_files(written, change):
    _, folder = written
    change(folder)
    with pytest.raises(UserError, match=str(folder)):
        verify(written)


def test_hidden_files_of_a_folder_do_not_count(written):
    _, folder = written
    (folder / ".snakemake_timestamp").touch()
    verify([folder])


def test_a_copy_with_its_checksum_is_refused_in_another_place(written):
    table, _ = written
    shutil.copytree(table.parent, "elsewhere")
    with pytest.raises(UserError, match=r"elsewhere/table\.csv"):
        verify(["elsewhere/table.csv"])


def test_a_damaged_checksum_is_repaired_with_its_file(written):
    table, _ = written
    (table.parent / ".table.csv.sha256").write_bytes(b"\xff\xfe")
    with pytest.raises(UserError):
        verify([table])
    record([table])
    verify([table])


def test_what_has_no_checksum_is_taken_as_it_is(written):
    Path("own.h5").write_text("from elsewhere")
    verify(["own.h5"])


def test_content_is_names_and_bytes_and_no_dates(written):
    table, folder = map(str, written)
    before = content_hash([table, folder])
    assert len(before) == 64
    assert content_hash(table) == content_hash([table]) != before
    seen = {before}
    for change in (
        lambda: (Path(folder) / "images.bin").write_text("images.bim"),
        lambda: (Path(folder) / "images.bin").rename(Path(folder) / "others.bin"),
        lambda: (Path(folder) / "deep/more.txt").touch(),
        lambda: (Path(folder) / "deep/more.txt").unlink(),
    ):
        change()
        for file in (Path(folder), *Path(folder).rglob("*")):
            os.utime(file, (0, 0))
        checksums._READ.clear()  # as in another process
        seen.add(content_hash([table, folder]))
    assert len(seen) == 4  # the file that came and went leaves the content that was
    for file in (Path(folder), *Path(folder).rglob("*")):
        os.utime(file, (1e9, 1e9))
    (Path(folder) / ".hidden").touch()
    checksums._READ.clear()
    assert content_hash([table, folder]) in seen


def test_content_that_is_missing_is_none_and_no_error(tmp_path):
    assert content_hash(str(tmp_path / "missing.h5")) == content_hash([])


def test_what_holds_something_else_than_when_it_was_read_is_named(written, monkeypatch):
    monkeypatch.setattr(checksums, "_READ", {})
    table, folder = map(str, written)
    Path("missing.h5").unlink(missing_ok=True)
    content_hash([table, folder, "missing.h5"])
    assert changed_since_read() == []
    Path(table).touch()
    (Path(folder) / ".hidden").touch()
    (Path(folder) / "deep/__pycache__").mkdir()
    (Path(folder) / "deep/__pycache__/net.cpython-311.pyc").touch()
    assert changed_since_read() == []
    date = Path(table).stat().st_mtime_ns
    Path(table).write_bytes(Path(table).read_bytes()[::-1])
    os.utime(table, ns=(date, date))  # as by `cp -p`
    assert changed_since_read() == [table]
    (Path(folder) / "deep/more.txt").touch()
    Path("missing.h5").touch()
    assert changed_since_read() == [table, folder, "missing.h5"]
