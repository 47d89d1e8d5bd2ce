"""Files that are whole or not there, their JSON, and HDF5 that is opened."""

import errno
import fcntl

import h5py
import pytest

from intercept.networks.model_file import load_network
from intercept.runtime import files
from intercept.runtime.checksums import content_hash
from intercept.runtime.errors import UserError
from intercept.runtime.hdf5 import opened


@pytest.fixture
def old(tmp_path):
    path = tmp_path / "results" / "table.csv"
    path.parent.mkdir()
    path.write_text("old")
    return path


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_a_file_is_replaced_when_the_block_ends_well(old):
    with files.whole(old) as temporary:
        temporary.write_text("new")
        assert old.read_text() == "old"
        assert (temporary.parent, temporary.suffix) == (old.parent, ".csv")
    assert old.read_text() == "new"
    assert names(old.parent) == ["table.csv"]


def test_folders_above_a_file_are_made(tmp_path):
    with files.whole(tmp_path / "a" / "b" / "c.txt") as temporary:
        temporary.write_text("text")
    assert (tmp_path / "a" / "b" / "c.txt").read_text() == "text"


@pytest.mark.parametrize(
    "error", [ValueError("wrong"), KeyboardInterrupt(), UserError("no"), OSError(errno.EIO, "io")]
)
def test_on_an_error_the_old_file_stays_and_nothing_else(old, error):
    with pytest.raises(type(error)) as raised, files.whole(old) as temporary:
        temporary.write_text("half of the n")
        raise error
    assert raised.value is error
    assert old.read_text() == "old"
    assert names(old.parent) == ["table.csv"]


def test_what_a_killed_writer_left_is_removed_and_nothing_of_other_files(tmp_path):
    others = [".noise-0.7.99.png", ".noise-0.99.svg", "noise-0.99.png", ".noise-0.png.sha256"]
    for name in (".noise-0.99.png", *others):
        (tmp_path / name).write_text("half")
    with files.whole(tmp_path / "noise-0.png") as temporary:
        temporary.write_text("whole")
    assert names(tmp_path) == sorted(["noise-0.png", *others])


def test_a_block_that_writes_nothing_is_an_error(old):
    with pytest.raises(FileNotFoundError), files.whole(old):
        pass
    assert old.read_text() == "old"


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "the disk is full: free some space"),
        (OSError(errno.EDQUOT, "Disk quota exceeded"), "the disk quota is used up: free some"),
        (OSError(errno.EROFS, "Read-only file system"), "the folder is read-only: make it"),
        (PermissionError(errno.EACCES, "Permission denied"), "permission denied: make the folder"),
        (
            OSError("Can't write data (errno = 28, error message = 'No space left on device')"),
            "the disk is full: free some space",
        ),
    ],
    ids=["full", "quota", "read-only", "permission", "full, as HDF5 says it"],
)
def test_a_folder_that_cannot_be_written_is_said_in_one_line(old, error, said):
    with pytest.raises(UserError) as refused, files.whole(old) as temporary:
        temporary.write_text("half of the n")
        raise error
    message = str(refused.value)
    assert message.startswith(f"{old} cannot be written: {said}")
    assert "\n" not in message
    assert old.read_text() == "old"
    assert names(old.parent) == ["table.csv"]


def test_json_makes_the_round_trip(tmp_path):
    value = {"b": [1, 2.5, None], "a": {"ε": "×"}}
    files.write_json(tmp_path / "record.json", value)
    assert files.read_json(tmp_path / "record.json") == value
    text = (tmp_path / "record.json").read_text()
    assert text.index('"a"') < text.index('"b"')
    assert text.endswith("}\n")


@pytest.mark.parametrize("content", [b"", b'{"epochs": 1', b"\x00\x01", b"\xff\xfe", b"epochs: 1"])
def test_damaged_json_is_refused_with_what_to_do(tmp_path, content):
    path = tmp_path / "record.json"
    path.write_bytes(content)
    with pytest.raises(UserError) as refused:
        files.read_json(path)
    said = f"{path} is damaged (not JSON): delete it and run the same command again"
    assert str(refused.value) == said


@pytest.fixture
def arrays(tmp_path):
    path = tmp_path / "arrays.h5"
    with h5py.File(path, "w") as file:
        file["few"] = [1, 2]
    return path


@pytest.mark.parametrize(
    "read",
    [
        lambda file: file["many"],
        lambda file: file["few"][5],
        lambda file: file["few"]["1"],
        lambda file: file["few"].attrs["width"],
        lambda file: file["few"].keys(),
    ],
)
def test_hdf5_that_holds_something_else_is_refused_with_what_to_do(arrays, read):
    with pytest.raises(UserError) as refused, opened(arrays, "numbers") as file:
        read(file)
    assert str(refused.value) == (
        f"{arrays} is damaged or holds no numbers: delete it and run the same command again"
    )


@pytest.mark.parametrize("error", [UserError("too few"), ZeroDivisionError("a bug")])
def test_what_is_not_said_of_damage_passes_through_an_opened_file(arrays, error):
    with pytest.raises(type(error)) as raised, opened(arrays, "numbers"):
        raise error
    assert raised.value is error


def read_numbers(path):
    with opened(path, "numbers") as file:
        return file["few"][:]


@pytest.mark.parametrize("read", [read_numbers, files.read_json, load_network])
def test_a_file_that_is_not_there_is_not_said_to_be_damaged(tmp_path, read):
    path = tmp_path / "arrays.h5"
    with pytest.raises(UserError) as refused:
        read(path)
    assert str(refused.value) == (
        f"{path} cannot be read: it is not there: run the same command again, which makes it anew"
    )


def test_a_file_that_another_holds_a_lock_of_is_not_said_to_be_damaged(arrays):
    with arrays.open("rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        for read in (read_numbers, load_network):
            with pytest.raises(UserError, match="cannot be read: HDF5 could not lock it: end what"):
                read(arrays)
    assert list(read_numbers(arrays)) == [1, 2]


@pytest.mark.parametrize("read", [files.read_json, lambda path: content_hash([str(path)])])
@pytest.mark.parametrize(
    ("number", "said"),
    [
        (errno.EACCES, "permission denied: make it readable and run the same command again"),
        (errno.EIO, "Input/output error (error 5 of the system)"),
    ],
)
def test_why_the_system_does_not_let_a_file_be_read_is_said(old, monkeypatch, read, number, said):
    def refuse(path, *arguments, **options):
        raise OSError(number, "no", str(path))

    monkeypatch.setattr("pathlib.Path.open", refuse)
    with pytest.raises(UserError) as refused:
        read(old)
    assert str(refused.value) == f"{old} cannot be read: {said}"
