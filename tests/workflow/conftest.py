"""A copy of the project in which the real commands are run, with one tiny study finished."""

import fcntl
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
TINY = yaml.safe_load((Path(__file__).parent / "tiny.yaml").read_text())
SNAKEMAKE = [sys.executable, "-m", "snakemake", "--configfile", "study.yaml", "--cores", "2"]


@dataclass(frozen=True)
class Run:
    """What one command did."""

    code: int
    output: str

    @property
    def jobs(self) -> dict[str, int]:
        """Jobs by rule, as Snakemake's table of a plan counts them."""
        table = self.output.partition("Job stats:")[2].partition("total")[0]
        return {
            rule: int(count)
            for rule, count in re.findall(r"^(\w+) +(\d+)$", table, re.MULTILINE)
            if rule != "all"
        }

    @property
    def errors(self) -> list[str]:
        """The lines that say what was wrong, each once."""
        lines = self.output.splitlines()
        return list(dict.fromkeys(line for line in lines if line.startswith("Error: ")))

    @property
    def error(self) -> str:
        """The last line that says what was wrong."""
        return self.errors[-1] if self.errors else ""


def refused(run: Run, *parts: str) -> None:
    """The run failed, and one line without a traceback holds every part."""
    assert run.code != 0, run.output
    assert "Traceback" not in run.output
    for part in parts:
        assert part in run.error, run.output


@dataclass(frozen=True)
class Project:
    """A folder with the project in it, and what was computed there."""

    path: Path

    def configure(self, **changes) -> None:
        """Write the tiny study's configuration with some of its sections changed."""
        (self.path / "study.yaml").write_text(yaml.safe_dump({**TINY, **changes}, sort_keys=False))

    def start(self, *arguments: str, **environment: str) -> subprocess.Popen:
        return subprocess.Popen(
            [*SNAKEMAKE, *arguments],
            cwd=self.path,
            env={**os.environ, **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def run(self, *arguments: str, **environment: str) -> Run:
        process = self.start(*arguments, **environment)
        output, _ = process.communicate(timeout=1800)
        return Run(process.returncode, output)

    def unlock(self) -> None:
        """Remove the lock that a killed run left, as Snakemake says."""
        run = self.run("--unlock")
        assert run.code == 0, run.output

    def files(self) -> dict[str, tuple[bytes, int]]:
        """Content and date of every file of results and data, to see what was left alone."""
        found = [file for root in ("data", "results") for file in (self.path / root).rglob("*")]
        return {
            str(file.relative_to(self.path)): (file.read_bytes(), file.stat().st_mtime_ns)
            for file in found
            if file.is_file() and not file.name.startswith(".")
        }

    def plan(self, *arguments: str) -> dict[str, int]:
        """How many jobs of each rule Snakemake would run now."""
        run = self.run("--dry-run", *arguments)
        assert run.code == 0, run.output
        return run.jobs


def copy_of_the_project(path: Path) -> None:
    """Put every file that git would commit into a folder."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    for name in listed.stdout.split("\0"):
        if name and (ROOT / name).is_file():
            (path / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, path / name)


def pytest_collection_modifyitems(items):
    """Whatever takes the finished study is slow, and a file of it comes first.

    One process then makes it while another goes through the longest file, which needs none; at the
    end that would be waited for.
    """
    taking = [item for item in items if "finished" in getattr(item, "fixturenames", ())]
    for item in taking:
        item.add_marker(pytest.mark.slow)
    if taking:
        first = [taking[0].path.name, "test_own_network.py"]
        items.sort(key=lambda item: first.index(name) if (name := item.path.name) in first else 2)


@pytest.fixture(scope="session")
def finished(tmp_path_factory, worker_id) -> Project:
    """The tiny study, run whole, once for all processes that test; not to be changed."""
    folder = tmp_path_factory.getbasetemp()
    if worker_id != "master":
        folder = folder.parent  # which the processes share
    project, done = Project(folder / "finished"), folder / "finished.done"
    with (folder / "finished.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            copy_of_the_project(project.path)
            project.configure()
            run = project.run()
            assert run.code == 0, run.output
            done.touch()
    return project


@pytest.fixture
def project(finished, tmp_path) -> Project:
    """A copy of the finished study, to be changed and broken."""
    shutil.copytree(finished.path, tmp_path / "project", symlinks=True)
    return Project(tmp_path / "project")


@pytest.fixture
def fresh(finished, tmp_path) -> Project:
    """The project with its data prepared and nothing else done."""
    path = tmp_path / "project"
    shutil.copytree(finished.path, path, ignore=shutil.ignore_patterns("results", "logs"))
    return Project(path)


@pytest.fixture
def mounted(project):
    """Put a small file system over a folder of the project; needs root, as in CI."""
    mounts = []

    def mount(folder: str, options: str) -> Path:
        path = project.path / folder
        path.mkdir(parents=True, exist_ok=True)
        command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(path)]
        if os.geteuid() or subprocess.run(command, capture_output=True).returncode:
            pytest.skip("file systems cannot be mounted here")
        mounts.append(path)
        return path

    yield mount
    for path in mounts:
        subprocess.run(["umount", "--lazy", str(path)], check=True)
