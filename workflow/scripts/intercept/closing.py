"""The last words of a run on the terminal."""

import csv
from pathlib import Path

_COLUMNS = {
    "validation": ("validation_accuracy", "{:.1%}"),
    "MSE unseen": ("unseen_mse", "{:.4f}"),
    "skill": ("unseen_skill", "{:.3f}"),
    "top-1": ("unseen_top1", "{:.1%}"),
    "top-5": ("unseen_top5", "{:.1%}"),
}


def headline(summary: Path, page: Path) -> str:
    """The table of a finished study in a few columns, and where to read on.

    Args:
        summary: ``summary.csv`` with at least one row.
        page: the report, whose path is shown.
    """
    with summary.open(newline="") as file:
        rows = list(csv.DictReader(file))
    synthetic = ", synthetic data" if rows[0]["synthetic"] == "True" else ""
    names = [f"{row['target']}, seed {row['seed']}, {row['attacker']}" for row in rows]
    width = max(map(len, names))
    lines = [
        "",
        f"Study {rows[0]['study']} ({rows[0]['dataset']}{synthetic}): what the wire gives away",
        " " * width + "".join(f"{title:>12}" for title in _COLUMNS),
    ]
    for name, row in zip(names, rows, strict=True):
        cells = [
            form.format(float(row[column])) if row[column] else "-"
            for column, form in _COLUMNS.values()
        ]
        lines.append(f"{name:<{width}}" + "".join(f"{cell:>12}" for cell in cells))
    return "\n".join([*lines, f"Table:  {summary}", f"Report: {page}"])


def failures(logs: Path, since: float) -> list[str]:
    """What each failed job said last.

    Args:
        logs: the folder of the study's log files.
        since: only logs written after this time are read, in seconds since the epoch.

    Returns:
        The one-line messages, without ``Error:``.
    """
    said = []
    for file in sorted(logs.rglob("*.log")):
        if file.stat().st_mtime >= since:
            last = file.read_text(errors="replace").splitlines()[-1:]
            said += [line.partition("Error: ")[2] for line in last if "Error: " in line]
    return said
