"""What Snakemake would do now for a study: its own plan, read."""

import os
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from intercept.runtime.errors import UserError
from intercept.runtime.handed_on import hand_on_sizes

_PROFILE = Path("profiles/default/config.yaml")
_UNLIMITED = 10**9  # MB; Snakemake lowers what a job asks for to what it may have
_JOB = re.compile(r"^(?:local)?(?:rule|checkpoint) (\w+):$")
_EXCEPTION = re.compile(r"^[\w.]*(Error|Exception)\b")
_ENTRY = re.compile(r"^    (\w+): (.*)$")


@dataclass(frozen=True)
class Job:
    """A job of the plan.

    Attributes:
        rule: the name of its rule.
        wildcards: such as ``target`` and ``seed``.
        megabytes: of memory that it asks for.
    """

    rule: str
    wildcards: Mapping[str, str]
    megabytes: int


def plan(
    files: Sequence[str],
    images: Mapping[str, Mapping[str, Any]],
    crossing: Mapping[str, Mapping[str, int]],
) -> list[Job]:
    """Every job that Snakemake would run now.

    Args:
        files: of the configuration.
        images: how many images each set will have, and their shape, by which jobs ask for memory.
        crossing: by target and cut layer how many numbers cross the wire for an image.

    Raises:
        UserError: Snakemake cannot plan it; the message is Snakemake's.
    """
    command = [
        *(sys.executable, "-m", "snakemake", "--dry-run", "--quiet", "host", "--cores", "1"),
        *("--configfile", *files, "--resources", f"mem_mb={_UNLIMITED}"),
    ]
    ended = subprocess.run(
        command,
        env={**os.environ, **hand_on_sizes(images, crossing)},
        capture_output=True,
        text=True,
        check=False,
    )
    if ended.returncode:
        raise UserError(f"Snakemake cannot plan the study: {why(ended.stdout, ended.stderr)}")
    return read_plan(ended.stdout + ended.stderr)


def why(stdout: str, stderr: str) -> str:
    """The line of what Snakemake said that tells why it ended.

    That is its own "Error: ", or else the exception that it names, with the line behind it where
    its message stands there; or else the last line.
    """
    lines = [line.strip() for line in (stderr + "\n" + stdout).splitlines() if line.strip()]
    for number, line in enumerate(lines):
        if "Error: " in line:
            return line.removeprefix("Error: ")
        if _EXCEPTION.match(line):
            behind = lines[number + 1 : number + 2] if line.endswith(":") else []
            return " ".join([line, *behind])
    return lines[-1] if lines else "it said nothing"


def read_plan(text: str) -> list[Job]:
    """The jobs of what a dry run prints, but for the rule ``all``, which does nothing."""
    jobs: list[Job] = []
    rule, entries = "", dict[str, str]()
    for line in [*text.splitlines(), "rule end:"]:
        if started := _JOB.match(line):
            if entries and rule != "all":
                jobs.append(_job(rule, entries))
            rule, entries = started[1], {}
        elif rule and (entry := _ENTRY.match(line)):
            entries.setdefault(entry[1], entry[2])
    return jobs


def _job(rule: str, entries: Mapping[str, str]) -> Job:
    wildcards = (pair.split("=", 1) for pair in entries.get("wildcards", "").split(", ") if pair)
    megabytes = re.search(r"\bmem_mb=(\d+)", entries.get("resources", ""))
    return Job(
        rule, {name: value for name, value in wildcards}, int(megabytes[1]) if megabytes else 0
    )


def allowed_megabytes(profile: Path = _PROFILE) -> int | None:
    """How much memory the profile allows the jobs that run at once; None if it says nothing."""
    if not profile.exists():
        return None
    said = (yaml.safe_load(profile.read_text()) or {}).get("resources") or {}
    if not isinstance(said, Mapping):  # one such as mem_mb=8000, or a list of these
        pairs = [said] if isinstance(said, str) else said
        said = {name: value for name, _, value in (str(pair).partition("=") for pair in pairs)}
    limit = str(said.get("mem_mb"))
    return int(limit) if limit.isdecimal() else None


def machine_megabytes() -> int:
    """How much memory this machine has."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20
