"""How far a study is: what ``snakemake --summary`` lists, counted by stage and by target.

``snakemake --summary | python -m intercept.study.status`` prints it; `make status` runs that. With
``--finished`` it says nothing but that something is left, and fails then; `make report` begins so.
"""

import csv
import sys
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import PurePath

from intercept.runtime.columns import aligned

_SHARED = ("data", "auxiliary", "baselines")
_OF_A_TARGET = ("targets", "wires", "attacks")
_STAGES = (*_SHARED, *_OF_A_TARGET, "report")
_DONE = "no update"
_MISSING = "missing"
_MET = "goal-met.txt"
_CHANGES = {  # what Snakemake says of a file that is there and will be made anew
    "ok": "what they are made from is made anew",
    "updated input files": "what they are made from is newer",
    "set of input files changed": "they are made from other files now",
    "params changed": "settings, code or content was changed",
}


def place(file: str) -> tuple[str, str | None]:
    """The stage that writes a file, and the target that it is of, if it is of one.

    Args:
        file: a path below ``data`` or ``results/<study>``.
    """
    parts = PurePath(file).parts
    if parts[0] == "data":
        return "data", None
    inside = parts[2:]
    if len(inside) > 1 and inside[0] in _SHARED:
        return inside[0], None
    if len(inside) > 2 and inside[1].startswith("seed-"):
        deep = len(inside) - 3  # below the target's folder of a seed
        return _OF_A_TARGET[min(deep, 2)], inside[0]
    return "report", None


def overview(rows: Iterable[Mapping[str, str]]) -> str:
    """What is done and what is left, as lines to print.

    Args:
        rows: those of ``snakemake --summary``; of each the columns ``output_file``, ``status`` and
            ``plan`` are read.
    """
    done: Counter[str | tuple[str, str | None]] = Counter()
    every: Counter[str | tuple[str, str | None]] = Counter()
    left: Counter[str] = Counter()
    unneeded = 0
    targets: set[str] = set()
    for row in rows:
        stage, target = place(row["output_file"])
        if target is not None:
            targets.add(target)
        made = row["plan"] == _DONE
        for key in (stage, (stage, target)):
            every[key] += 1
            done[key] += made
        if not made:
            left[row["status"]] += 1
        elif row["status"] == _MISSING:
            unneeded += 1
    total = sum(every[stage] for stage in _STAGES)

    def cell(key: str | tuple[str, str]) -> str:
        return f"{done[key]} of {every[key]}" if every[key] else ""

    lines = [f"{total - left.total()} of {total} files are done."]
    lines += aligned([[stage, cell(stage)] for stage in _STAGES if every[stage]], "<>")
    if targets:
        rows_of = [[name, *(cell((one, name)) for one in _OF_A_TARGET)] for name in sorted(targets)]
        lines += ["", *aligned([["by target", *_OF_A_TARGET], *rows_of], "<>>>")]
    again = [
        f"{_CHANGES.get(status, status)} ({left[status]})" for status in left if status != _MISSING
    ]
    if again:
        lines += ["", f"There, and to be made anew: {', '.join(again)}"]
    if unneeded:
        lines += ["", f"Gone, and not needed, since what is made from it is done: {unneeded}"]
    lines += ["", f"{left.total()} files are left." if left else "Nothing is left."]
    return "\n".join(lines)


def unfinished(rows: Iterable[Mapping[str, str]]) -> str:
    """Why there can be no report of a study yet, in one line; empty if there can.

    Args:
        rows: as for `overview`. Of a study whose goal is not met `goal-met.txt` is never there.
    """
    left = [
        row["output_file"]
        for row in rows
        if row["plan"] != _DONE and PurePath(row["output_file"]).name != _MET
    ]
    if not left:
        return ""
    files = "1 file is" if len(left) == 1 else f"{len(left)} files are"
    return (
        f"Error: {files} left to be made or made anew, such as {left[0]}, and a report is of a "
        "study that is finished: first make run with the same STUDY, then the same command"
    )


if __name__ == "__main__":
    if listed := list(csv.DictReader(sys.stdin, delimiter="\t")):
        if sys.argv[1:] == ["--finished"]:
            sys.exit(unfinished(listed) or 0)
        print(overview(listed))
