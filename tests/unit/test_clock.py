"""Files that are dated later than now."""

import os
import time

import pytest

from intercept.clock import date_anew, refuse_later
from intercept.runtime.errors import UserError

NOW = 1_700_000_000.0


@pytest.fixture
def dated(tmp_path):
    """Write a file with a date in seconds from `NOW`."""

    def write(name, seconds):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(name)
        os.utime(path, (NOW + seconds, NOW + seconds))
        return path

    return write


def test_files_of_the_past_are_accepted(dated, tmp_path):
    refuse_later([dated("a", -5), dated("b", 0), tmp_path / "missing"], NOW)


@pytest.mark.parametrize("name", ["a", "folder/a"])
def test_a_file_of_the_future_is_refused_with_what_to_do(dated, tmp_path, name):
    dated(name, 3600)
    path = tmp_path / name.partition("/")[0]
    with pytest.raises(UserError) as refused:
        refuse_later([path], NOW)
    assert str(refused.value).startswith(f"{path} is dated ")
    assert "Run the same command again" in str(refused.value)


def test_files_of_the_future_are_dated_now_in_their_order(dated, tmp_path):
    late = [dated(name, days * 86400) for name, days in (("x", 2), ("y", 1), ("z", 3))]
    old = dated("deep/old", -1)
    os.utime(tmp_path / "deep", (NOW, NOW))
    os.utime(tmp_path, (NOW + 86400, NOW + 86400))
    assert date_anew([tmp_path, tmp_path / "missing"], NOW) == 4
    assert tmp_path.stat().st_mtime_ns == late[1].stat().st_mtime_ns
    x, y, z = (file.stat().st_mtime_ns for file in late)
    assert old.stat().st_mtime_ns == (NOW - 1) * 1e9
    assert old.stat().st_mtime_ns < y < x < z <= NOW * 1e9
    assert date_anew([tmp_path], NOW) == 0


def test_files_of_one_date_keep_one(dated, tmp_path):
    files = [dated(name, 60) for name in ("a", "b")]
    later = dated("c", 61)
    date_anew([tmp_path], NOW)
    assert files[0].stat().st_mtime_ns == files[1].stat().st_mtime_ns < later.stat().st_mtime_ns
    refuse_later([*files, later], time.time())
