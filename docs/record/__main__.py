"""The tables of README.md and docs/results.md that finished studies make.

``python docs/record.py keep results/omniglot "make run"`` keeps of a study that this command made
what the tables need, as small files in docs/tables/, and writes the tables anew.
``python docs/record.py write`` does the latter alone. A page has a table behind a line
``<!-- table: NAME -->``, up to the next blank line.
"""

import argparse
import platform
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

ROOT = Path(__file__).parents[1]
TABLES = ROOT / "docs" / "tables"
PAGES = (ROOT / "README.md", ROOT / "docs" / "results.md")

_KEPT = ("audits.csv",)
_RUNS = "runs.csv"
_MARK = "<!-- table: "
_TRAININGS = {"no-dp": "none (`no-dp`, of another recipe)"}


def keep(results: Path, command: str) -> None:
    """Keep what the tables need of a study.

    Args:
        results: its folder, results/<study>, of a run that ended.
        command: that made it.
    """
    kept = TABLES / results.name
    kept.mkdir(parents=True, exist_ok=True)
    seeds: set[int] = set()
    for name in _KEPT:
        table = pd.read_csv(results / name)
        table.to_csv(kept / name, index=False, float_format="%.6g")
        seeds |= set(table["seed"])
    measured = sorted((ROOT / "benchmarks" / "measured" / results.name).rglob("*.tsv"))
    jobs = pd.concat([pd.read_csv(path, sep="\t").tail(1) for path in measured])
    run = {
        "command": command,
        "commit": _output("git", "rev-parse", "--short", "HEAD"),
        "processor": _processor(),
        "processor_hours": round(float(jobs["cpu_time"].sum()) / 3600, 1),
        "seeds": " ".join(map(str, sorted(seeds))),
    }
    path = TABLES / _RUNS
    others = pd.read_csv(path, dtype=str) if path.exists() else pd.DataFrame(columns=list(run))
    others = others[others["command"] != command]
    pd.concat([others, pd.DataFrame([run])]).to_csv(path, index=False)


def write(page: str) -> str:
    """A page with its tables made anew.

    Raises:
        KeyError: the page names a table that is not in `MADE`.
    """
    written, within = list[str](), False
    for line in page.splitlines(keepends=True):
        within = within and bool(line.strip())
        if not within:
            written.append(line)
        if line.startswith(_MARK):
            name = line.removeprefix(_MARK).split()[0]
            written += [f"{row}\n" for row in MADE[name]()]
            within = True
    return "".join(written)


def _audits() -> list[str]:
    """What an audit found of each epsilon; lower bounds are rounded down."""
    audits = pd.read_csv(TABLES / "omniglot" / "audits.csv")
    rows = [
        [
            _TRAININGS.get(row["target"], row["target"].removeprefix("dp-noise-")),
            _number(row["epsilon"], "{:.2f}"),
            *(
                _number(np.floor(100 * row[f"audited_{bound}"]) / 100, "{:.2f}")
                for bound in ("this_mechanism", "any_mechanism", "at_most", "outsider")
            ),
            "{:.3f} ({:.3f} to {:.3f})".format(
                *(row[f"membership_auc{end}"] for end in ("", "_low", "_high"))
            ),
        ]
        for _, row in audits.iterrows()
    ]
    return _table(
        [
            *("noise multiplier", "ε stated", "at least, of this mechanism"),
            *("at least, of any mechanism", "most that can be shown of any"),
            *("at least, by an outsider", "membership by loss, AUC"),
        ],
        rows,
    )


def _runs() -> list[str]:
    """What was run, by which code and on what."""
    runs = pd.read_csv(TABLES / _RUNS, dtype=str)
    return _table(
        ["command", "seeds", "commit", "processor", "processor hours"],
        [
            [f"`{run.command}`", run.seeds, run.commit, run.processor, run.processor_hours]
            for run in runs.itertuples()
        ],
    )


MADE: dict[str, Callable[[], list[str]]] = {"audits": _audits, "runs": _runs}
"""By name what makes the lines of a table."""


def _number(value: float, shown: str) -> str:
    return "–" if pd.isna(value) else shown.format(value)


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    return [f"| {' | '.join(cells)} |" for cells in (heads, ["---"] * len(heads), *rows)]


def _output(*command: str) -> str:
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return ended.stdout.strip()


def _processor() -> str:
    described = Path("/proc/cpuinfo").read_text()
    for line in described.splitlines():
        if line.startswith("model name"):
            vectors = "AVX-512" if "avx512f" in described else "AVX2"
            return f"{line.split(':', 1)[1].strip()}, {vectors}"
    return platform.processor()


def main(arguments: Sequence[str] | None = None) -> None:
    """Keep a study's tables, or only write the pages' anew."""
    parser = argparse.ArgumentParser("docs/record.py")
    commands = parser.add_subparsers(dest="command", required=True)
    keeping = commands.add_parser("keep")
    keeping.add_argument("results", type=Path)
    keeping.add_argument("made_by", help="the command that made them")
    commands.add_parser("write")
    given = parser.parse_args(arguments)
    if given.command == "keep":
        keep(given.results, given.made_by)
    for page in PAGES:
        page.write_text(write(page.read_text()))


if __name__ == "__main__":
    main()
