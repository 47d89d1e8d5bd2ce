"""Runs that are watched while they go on."""

import time
from collections.abc import Callable
from pathlib import Path
from subprocess import Popen

from tests.workflow.conftest import Project


def wait_until(condition: Callable[[], object], run: Popen) -> None:
    """Wait as long as the run goes on."""
    deadline = time.monotonic() + 200
    while not condition():
        assert run.poll() is None, run.communicate()[0]
        assert time.monotonic() < deadline
        time.sleep(0.01)


def jobs_of(run: Popen) -> dict[int, str]:
    """The rule of each job that a run has under way, by process."""
    jobs = {}
    for process in Path("/proc").glob("[0-9]*"):
        try:
            parent = process.joinpath("stat").read_text().rpartition(")")[2].split()[1]
            arguments = process.joinpath("cmdline").read_text().split("\0")
        except OSError:
            continue
        scripts = [name for name in arguments if "/.snakemake/scripts/" in name]
        if int(parent) == run.pid and scripts:
            jobs[int(process.name)] = scripts[0].split(".")[-2]
    return jobs


def begun(project: Project, rule: str, since: float) -> list[Path]:
    """The logs of jobs of a rule that have begun after a time."""
    logs = project.path / "logs/tiny"
    found = [*logs.rglob(f"{rule}*.log"), *logs.glob(f"{rule}/**/*.log")]
    return [file for file in found if _written(file, since)]


def _written(file: Path, since: float) -> bool:
    try:
        state = file.stat()
    except FileNotFoundError:  # Snakemake removes the former run's before a job begins
        return False
    return state.st_mtime > since and state.st_size > 0
