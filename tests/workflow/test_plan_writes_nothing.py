"""What only looks: it writes nothing and removes nothing, but for Snakemake's own notes."""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.workflow.stages import RESULTS, remove

LOOKS = {
    "a plan": ["--dry-run"],
    "lint": ["--lint"],
    "a summary": ["--summary"],
    "the graph": ["--dag"],
    "the graph of rules": ["--rulegraph"],
    "help": ["--help"],
}
LOCK = ".snakemake/locks/0.input.lock"


def tree(project) -> dict[str, tuple[bytes, int]]:
    """Content and date of every file and folder, but for what Python and Snakemake note."""
    every = {str(path.relative_to(project.path)): path for path in project.path.rglob("*")}

    def date(path: Path) -> int:
        holds_code = path.is_dir() and any(path.glob("*.py"))  # Python adds its cache there
        return 0 if holds_code else path.stat().st_mtime_ns

    return {
        name: (path.read_bytes() if path.is_file() else b"", date(path))
        for name, path in every.items()
        if not {".snakemake", ".venv", "__pycache__"} & set(Path(name).parts)
    }


def notes(project) -> set[str]:
    """The files of `.snakemake`, of which none may be removed but Snakemake's own cache."""
    every = (project.path / ".snakemake").rglob("*")
    return {str(path) for path in every if path.is_file() and path.parent.name != "iocache"}


@pytest.fixture
def unfinished(project):
    """A study with something left to do, after a kill, on a clock that was set back since."""
    remove(project, f"{RESULTS}/report.html", f"{RESULTS}/bounds.csv")
    (project.path / LOCK).parent.mkdir(exist_ok=True)
    (project.path / LOCK).write_text(f"{RESULTS}/report.html\n")
    tomorrow = time.time() + 24 * 3600
    for folder in ("data", "results", "workflow/scripts"):
        for path in (project.path / folder).rglob("*"):
            os.utime(path, (tomorrow, tomorrow))
    return project


def test_what_only_looks_writes_and_removes_nothing(unfinished, tmp_path):
    before, noted = tree(unfinished), notes(unfinished)
    assert str(unfinished.path / LOCK) in noted
    for what, arguments in LOOKS.items():
        run = unfinished.run(*arguments)
        assert run.code == 0, f"{what}: {run.output}"
        assert tree(unfinished) == before, what
        assert noted <= notes(unfinished), what
    environment = unfinished.path / ".venv"
    environment.symlink_to(sys.prefix)
    command = [shutil.which("make"), "STUDY=study.yaml", "--assume-old=.venv/complete", "status"]
    status = subprocess.run(command, cwd=unfinished.path, capture_output=True, text=True)
    assert status.returncode == 0, status.stderr
    assert "files are left" in status.stdout
    environment.unlink()
    assert tree(unfinished).keys() == before.keys()
    assert noted <= notes(unfinished)
