"""How much memory each stage takes, beside what its rule asks for, on many evaluation images.

Synthetic images as large as Omniglot's, as many in the target's and the attacker's set, and ten
times as many in the evaluation set, go through the whole workflow with as little training as there
can be. Takes hours: every reconstruction is compared with every image.
"""

import argparse
import ast
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import yaml
from PIL import Image

ROOT = Path(__file__).resolve().parents[1]
SIDE = 105
CHARACTERS = 156  # as many as in Omniglot's small2
FEW = {"epochs": 1, "batch_size": 128}
STUDY = {
    "study": "memory",
    "seeds": [1],
    "dataset": {
        "name": "many",
        "folders": {role: f"many/{role}" for role in ("target", "attacker", "evaluation")},
        "allow_overlap": False,
    },
    "targets": {"untrained": {"recipe": "non-private", "epochs": 0}},
    "wires": {
        "plain": {"cut_layers": ["mobile_output"]},
        "noise": {
            "cut_layers": ["mobile_output"],
            "defence": "noise",
            "clip_to_noise_ratios": [2],
            "attackers": ["retrieval"],
        },
    },
    "attackers": {
        "post": FEW,
        "decoder": FEW,
        "refine": {"steps": 1},
        "prior": {"epochs": 1, "steps": 1},
        "retrieval": {},
    },
}


def draw(folder: Path, sizes: dict[str, int]) -> None:
    """Black strokes on white, all different, as folders of images."""
    random = np.random.default_rng(1)
    for role, size in sizes.items():
        for number in range(size):
            ink = np.zeros((SIDE, SIDE), bool)
            walk = np.cumsum(random.integers(-2, 3, (120, 2)), axis=0) + SIDE // 2
            for row, column in walk % (SIDE - 2):
                ink[row : row + 3, column : column + 3] = True
            path = folder / role / f"{number % CHARACTERS:03}" / f"{number}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(~ink).save(path)


def main() -> None:
    """Run the workflow; print a row for each job with its peak of memory and its rule's."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="an empty one, to work in")
    parser.add_argument("--evaluation", type=int, default=31_200, help="images")
    arguments = parser.parse_args()
    folder = arguments.folder
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "many").exists():
        sizes = {"target": 13_180, "attacker": 2_720, "evaluation": arguments.evaluation}
        draw(folder / "many", sizes)
    (folder / "study.yaml").write_text(yaml.safe_dump(STUDY, sort_keys=False))
    snakemake = [
        *(sys.executable, "-m", "snakemake", "--snakefile", ROOT / "Snakefile"),
        *("--workflow-profile", ROOT / "profiles/default", "--benchmark-extended"),
        *("--directory", folder, "--configfile", folder / "study.yaml", "--cores", "2"),
    ]
    subprocess.run(snakemake, check=True)
    report(folder)


def report(folder: Path) -> None:
    """Print the peak that each finished job logged, which no sampling misses, the largest first."""
    jobs = []
    logs = folder / "logs/memory"
    for file in sorted((folder / "benchmarks/measured/memory").rglob("*.tsv")):
        job = pd.read_table(file).iloc[0]
        log = (logs / file.relative_to(folder / "benchmarks/measured/memory")).with_suffix(".log")
        found = re.search(r"finished after (\S+) s, at most (\d+) MB", log.read_text())
        if found:
            attacker = ast.literal_eval(job["wildcards"]).get("attacker", "")
            stated = ast.literal_eval(job["resources"])["mem_mb"]
            jobs.append((int(found[2]), stated, job["rule_name"], attacker, float(found[1])))
    print(f"{'rule':<24} {'attacker':<10} {'seconds':>8} {'peak MB':>8} {'stated':>7}")
    for peak, stated, rule, attacker, seconds in sorted(jobs, reverse=True):
        much = "  too little" if peak > stated else ""
        print(f"{rule:<24} {attacker:<10} {seconds:>8.0f} {peak:>8} {stated:>7}{much}")


if __name__ == "__main__":
    main()
