"""What Snakemake measured of the jobs of a study that have finished."""

import csv
from collections.abc import Iterator
from pathlib import Path

from intercept.study.closing import script_of

_OF_AN_ATTACKER = ("attack_wire", "measure_attack")


def measured_jobs(folder: Path) -> Iterator[tuple[str, str | None, float]]:
    """The rule of each finished job, the attacker if it is of one, and its processor seconds.

    Jobs that were too short to be measured are left out.

    Args:
        folder: of the study, in ``benchmarks/measured``.
    """
    for file in sorted(folder.rglob("*.tsv")):
        rule = script_of(file, folder)
        attacker = file.parent.name if rule in _OF_AN_ATTACKER else None
        with file.open(newline="") as opened:
            rows = list(csv.DictReader(opened, delimiter="\t"))
        try:
            seconds = [float(row["cpu_time"]) for row in rows]
        except (KeyError, ValueError):  # not measured
            continue
        for one in seconds:
            yield rule, attacker, one
