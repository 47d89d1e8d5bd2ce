"""What is kept of a finished study: small tables, and what made them."""

import platform
import subprocess
from pathlib import Path

import pandas as pd
from complexity import complexity

ROOT = Path(__file__).parents[2]
TABLES = ROOT / "docs" / "tables"
RUNS = "runs.csv"

MEASURES = ("skill", "within_character", "top1", "ink_f1", "class_top1")
"""Of an attack, in the order of the pages' columns; of each the interval is kept as well."""

_NEARNESS = ("psnr", "ssim")
BOUNDED = ("within_character", "top1")

_OF_SUMMARY = [
    *("target", "seed", "wire", "attacker", "rebuilds", "judges_itself", "numbers"),
    *("train_accuracy", "validation_accuracy", "epsilon", "epsilon_replace_one"),
    *("epsilon_as_the_post_computed", "attacker_mse"),
    *("server_accuracy", "fine_tuned_accuracy", "unseen_images"),
    *(f"unseen_{one}{end}" for one in MEASURES + _NEARNESS for end in ("", "_low", "_high")),
    *(f"held_out_{one}" for one in MEASURES + _NEARNESS),
    *(f"seen_{one}" for one in BOUNDED),
    *(f"unseen_{one}_{bound}" for one in BOUNDED for bound in ("optimum", "promise")),
]
_OF_BASELINES = ["baseline", "seed", "numbers", "target", *(f"unseen_{one}" for one in MEASURES)]
_OF_DIFFERENCES = [
    *("measure", "group", "kind", "target_a", "wire_a", "target_b", "wire_b"),
    *("attacker_a", "attacker_b", "seeds", "value", "low", "high"),
]
_KEPT = {  # None: every column
    "summary": _OF_SUMMARY,
    "differences": _OF_DIFFERENCES,
    "baselines": _OF_BASELINES,
    "audits": None,
}
_AUDITED = "canaries"  # has a number where a training was audited
_LETTERS = "matched-seeds"  # the study of Omniglot on several seeds, by an attacker that rebuilds


def kept(name: str, kind: str) -> pd.DataFrame:
    """A table that was kept under a name."""
    return pd.read_csv(TABLES / name / f"{kind}.csv")


def runs() -> pd.DataFrame:
    """What was run, a row for each command; every value a text."""
    return pd.read_csv(TABLES / RUNS, dtype=str)


def keep(results: Path, command: str, name: str | None = None) -> None:
    """Keep what the pages need of a study.

    Args:
        results: its folder, results/<study>, in the working tree where it was run to its end.
        command: that made it; a row of an earlier run of it is replaced.
        name: of what is kept; the study's where nothing is said. A study that is run with more
            seeds and fewer attackers is another.

    Raises:
        SystemExit: an attack that is kept was not run there, so that pages would lose its row.
    """
    place = TABLES / (name or results.name)
    _refuse_to_lose(place / "summary.csv", results / "summary.csv")
    place.mkdir(parents=True, exist_ok=True)
    seeds: set[int] = set()
    for kind, columns in _KEPT.items():
        if not (results / f"{kind}.csv").exists():
            continue  # a command may make some tables alone
        table = pd.read_csv(results / f"{kind}.csv")
        if kind == "audits" and table[_AUDITED].isna().all():
            continue  # those of another run stay
        if kind == "differences":
            table = table[table["low"].notna()]  # of one seed nothing can be said
            if table.empty:
                continue
        table = table[columns] if columns else table
        table.to_csv(place / f"{kind}.csv", index=False, float_format="%.6g")
        seeds |= set(table["seed"]) if "seed" in table else set()
    tree = results.resolve().parents[1]
    if results.name == _LETTERS:
        found = complexity(results, tree / "data" / "omniglot")
        found.to_csv(place / "complexity.csv", index=False, float_format="%.6g")
    run = {
        "command": command,
        "commit": _commit(tree),
        "processor": _processor(),
        "processor_hours": f"{_processor_seconds(tree, results.name) / 3600:.1f}",
        "seeds": " ".join(map(str, sorted(seeds))),
    }
    others = runs() if (TABLES / RUNS).exists() else pd.DataFrame(columns=list(run))
    others = others[others["command"] != command]
    pd.concat([others, pd.DataFrame([run])]).to_csv(TABLES / RUNS, index=False)


def _refuse_to_lose(before: Path, now: Path) -> None:
    if not (before.exists() and now.exists()):
        return
    attack = ["target", "wire", "attacker"]
    kept_before, there = (
        set(pd.read_csv(path)[attack].itertuples(index=False, name=None)) for path in (before, now)
    )
    if missing := sorted(kept_before - there):
        raise SystemExit(
            f"Error: {now} has {len(missing)} attacks fewer than {before.relative_to(TABLES)}, "
            f"such as {' / '.join(missing[0])}: run them there, too, or keep it by --as another "
            "name; if they are to go, delete what is kept first"
        )


def _processor_seconds(tree: Path, study: str) -> float:
    """Of all jobs of a study, as Snakemake measured them."""
    measured = sorted((tree / "benchmarks" / "measured" / study).rglob("*.tsv"))
    jobs = pd.concat([pd.read_csv(path, sep="\t").tail(1) for path in measured])
    return float(jobs["cpu_time"].sum())


def _commit(tree: Path) -> str:
    asked = ("git", "rev-parse", "--short", "HEAD")
    return subprocess.run(
        asked, cwd=tree, capture_output=True, text=True, check=True
    ).stdout.strip()


def _processor() -> str:
    described = Path("/proc/cpuinfo").read_text()
    for line in described.splitlines():
        if line.startswith("model name"):
            vectors = "AVX-512" if "avx512f" in described else "AVX2"
            return f"{line.split(':', 1)[1].strip()}, {vectors}"
    return platform.processor()
