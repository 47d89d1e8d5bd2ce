"""What make does by itself, beside a Makefile alone: no study, and nothing is installed."""

import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PREPARED = [f"{name}.tfrecord" for name in ("target", "attacker", "evaluation")] + [
    "manifest.json",
    "overlap.csv",
]


@pytest.fixture
def make(tmp_path):
    """Run make in a folder that holds nothing but the Makefile."""
    shutil.copy2(ROOT / "Makefile", tmp_path)

    def run(*arguments: str) -> subprocess.CompletedProcess:
        command = [shutil.which("make"), *arguments]
        return subprocess.run(
            command,
            cwd=tmp_path,
            env={"PATH": f"{tmp_path}/tools:/usr/bin:/bin"},
            capture_output=True,
            text=True,
        )

    return run


def lay(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(f"this is {name}")


def files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


LOCKS = {
    ".venv/complete": "requirements.lock",
    ".venv/slurm-complete": "profiles/slurm/requirements.lock",
    ".venv/gpu-complete": "requirements-gpu.lock",
    ".venv/faces-complete": "requirements-faces.lock",
    ".venv-benchmarks/complete": "benchmarks/requirements.lock",
}
# In the place of Python 3.11: it makes an environment of itself, and notes what it installs.
PYTHON = """#!/bin/sh
case "$*" in
  *venv*) for folder; do :; done; mkdir -p "$folder/bin"; cp "$0" "$folder/bin/python" ;;
  *install*) for lock; do :; done; echo "$lock" >> installed ;;
esac
"""


@pytest.fixture
def installed(make, tmp_path):
    """Make a target, and say which lock files were installed for it."""
    (tmp_path / "tools").mkdir()
    (tmp_path / "tools/python3.11").write_text(PYTHON)
    (tmp_path / "tools/python3.11").chmod(0o755)
    lay(tmp_path, *LOCKS.values())

    def run(target: str) -> list[str]:
        said = make(target)
        assert said.returncode == 0, said.stderr
        notes = tmp_path / "installed"
        found = notes.read_text().split() if notes.exists() else []
        notes.unlink(missing_ok=True)
        return found

    return run


def age(path: Path, days: int) -> None:
    date = time.time() + 24 * 3600 * days
    os.utime(path, (date, date))


@pytest.mark.parametrize("target", LOCKS)
def test_an_environment_is_made_anew_for_other_pins_and_not_for_a_date(installed, tmp_path, target):
    lock = LOCKS[target]
    of_all = list(dict.fromkeys([LOCKS[".venv/complete"], lock]))
    assert installed(target) == of_all
    assert installed(target) == []
    for file in LOCKS.values():  # as after a git checkout there and back
        age(tmp_path / file, days=1)
    kept = (tmp_path / target).parent / "bin/python"
    assert installed(target) == []
    assert kept.exists()
    (tmp_path / lock).write_text("other pins")
    assert installed(target) == [lock]
    assert installed(target) == []


@pytest.mark.parametrize("extra", [name for name in LOCKS if name.startswith(".venv/")][1:])
def test_what_is_on_top_is_installed_again_with_the_rest(installed, tmp_path, extra):
    installed(extra)
    (tmp_path / "requirements.lock").write_text("other pins")
    assert installed(extra) == ["requirements.lock", LOCKS[extra]]


@pytest.mark.parametrize("target", LOCKS)
def test_what_was_installed_before_there_were_hashes_goes_by_its_date(installed, tmp_path, target):
    installed(target)
    (tmp_path / target).write_text("")
    assert installed(target) == []
    age(tmp_path / LOCKS[target], days=1)
    assert LOCKS[target] in installed(target)
    assert installed(target) == []


def test_clean_removes_what_was_prepared_and_nothing_beside_it(make, tmp_path):
    own = ["target/cats/1.jpg", "people.csv", "my-manifest.json", "target/cats/target.tfrecord"]
    hidden = [f".{name}.sha256" for name in PREPARED]
    killed = [".target.123.tfrecord", ".manifest.7.json", "..overlap.csv.7.sha256"]
    data = tmp_path / "data"
    lay(data / "photos", *own, *PREPARED, *hidden, *killed)
    (data / "photos/empty").mkdir()
    lay(data / "a space", *PREPARED, *hidden)
    lay(data / "killed early", ".target.123.tfrecord")
    lay(data / "never prepared", "manifest.json", "overlap.csv")
    lay(data, "README.md", "lenet.keras", "manifest.json")
    said = make("clean")
    assert said.returncode == 0, said.stderr
    assert files(data / "photos") == sorted(own)
    assert (data / "photos/empty").is_dir()
    assert files(data / "never prepared") == ["manifest.json", "overlap.csv"]
    left = {path.name for path in data.iterdir()}
    assert left == {"photos", "never prepared", "README.md", "lenet.keras", "manifest.json"}


def test_the_names_that_clean_removes_are_those_that_are_prepared():
    rule = (ROOT / "workflow/rules/data.smk").read_text()
    output = rule.partition("output:")[2].partition("log:")[0]
    assert [
        line.split("/")[1].rstrip('",') for line in output.split("\n") if "/" in line
    ] == PREPARED
