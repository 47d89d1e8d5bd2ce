"""How long Snakemake plans studies of growing size: the whole command, from its start.

A cell is one attack: a seed, a noise level of the training, a wire and an attacker.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[1]
NOISE_MULTIPLIERS = [0.3, 0.5, 0.7, 1.0, 1.5]
CLIP_TO_NOISE_RATIOS = [8, 4, 2, 1]
ATTACKERS = ["decoder", "retrieval"]
CELLS_OF_A_SEED = len(NOISE_MULTIPLIERS) * (1 + len(CLIP_TO_NOISE_RATIOS)) * len(ATTACKERS)


def study(seeds: int) -> dict:
    """A study of `CELLS_OF_A_SEED` cells for each seed."""
    demonstration = yaml.safe_load((ROOT / "profiles/demo/demo.yaml").read_text())
    layers = {"cut_layers": ["mobile_output"]}
    return demonstration | {
        "study": "plan",
        "seeds": list(range(seeds)),
        "targets": {"dp": {"recipe": "dp-adam", "noise_multipliers": NOISE_MULTIPLIERS}},
        "wires": {
            "plain": layers,
            "noise": {**layers, "defence": "noise", "clip_to_noise_ratios": CLIP_TO_NOISE_RATIOS},
        },
        "attackers": {name: {} for name in ATTACKERS},
    }


def plan(seeds: int) -> tuple[float, int]:
    """Seconds for a plan in an empty folder, and how many jobs it has."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "study.yaml"
        file.write_text(yaml.safe_dump(study(seeds), sort_keys=False))
        begin = time.perf_counter()
        done = subprocess.run(
            [
                *(sys.executable, "-m", "snakemake", "--snakefile", ROOT / "Snakefile"),
                *("--directory", folder, "--configfile", file, "--dry-run", "--cores", "2"),
            ],
            capture_output=True,
            text=True,
            check=True,
        )
        seconds = time.perf_counter() - begin
    total = next(line for line in done.stdout.splitlines() if line.startswith("total "))
    return seconds, int(total.split()[1])


def main() -> None:
    """Time the plans in turns; print a table, and write every time as a line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 4, 8])
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    times: dict[int, list[float]] = {seeds: [] for seeds in arguments.seeds}
    jobs = {}
    for repeat in range(arguments.repeats):
        for seeds in arguments.seeds:
            seconds, jobs[seeds] = plan(seeds)
            times[seeds].append(seconds)
            print(
                f"round {repeat + 1}: {seeds * CELLS_OF_A_SEED} cells, {seconds:.1f} s", flush=True
            )
    print(f"{'cells':>6} {'jobs':>6} {'seconds':>8} {'ms a job':>9} {'ratio':>6}")
    first = sorted(times[arguments.seeds[0]])[arguments.repeats // 2]
    for seeds, measured in times.items():
        median = sorted(measured)[len(measured) // 2]
        record = {
            "cells": seeds * CELLS_OF_A_SEED,
            "jobs": jobs[seeds],
            "seconds": measured,
        }
        print(
            f"{record['cells']:>6} {record['jobs']:>6} {median:>8.1f} "
            f"{1000 * median / jobs[seeds]:>9.1f} {median / first:>6.2f}"
        )
        if arguments.json:
            with arguments.json.open("a") as file:
                file.write(json.dumps(record) + "\n")


if __name__ == "__main__":
    main()
