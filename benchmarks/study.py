"""Where the time of a study went: processor seconds of its jobs by stage, as shares of the whole.

Of what Snakemake measured of each job, from its start: benchmarks/measured/<study>.
"""

import argparse
import json
import sys
from pathlib import Path

import pandas as pd

ROOT = Path(__file__).resolve().parents[1]


def jobs_of(folder: Path) -> pd.DataFrame:
    """A row for each job: its ``stage``, with the attacker if it is of one, and ``seconds``."""
    from intercept.check.measured import measured_jobs

    rows = [
        {"stage": f"{rule} {attacker or ''}".strip(), "seconds": seconds}
        for rule, attacker, seconds in measured_jobs(folder)
    ]
    return pd.DataFrame(rows, columns=["stage", "seconds"])


def by_stage(jobs: pd.DataFrame) -> pd.DataFrame:
    """A row for each stage, the longest first: jobs, seconds, longest, share of all seconds."""
    seconds = jobs.groupby("stage")["seconds"]
    table = pd.DataFrame(
        {"jobs": seconds.count(), "seconds": seconds.sum(), "longest": seconds.max()}
    )
    table["share"] = table["seconds"] / table["seconds"].sum()
    return table.sort_values("seconds", ascending=False)


def main() -> None:
    """Print the table, and write it as lines of JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("study", help="a study that was run, such as demo")
    parser.add_argument("--measured", type=Path, default=ROOT / "benchmarks/measured")
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    sys.path.insert(0, str(ROOT / "workflow/scripts"))
    folder = arguments.measured / arguments.study
    jobs = jobs_of(folder)
    if jobs.empty:
        sys.exit(f"Error: no job is measured under {folder}; run the study here first")
    table = by_stage(jobs)
    print(f"{'stage':<30} {'jobs':>5} {'seconds':>9} {'longest':>8} {'share':>6}")
    for stage, row in table.iterrows():
        print(
            f"{stage!s:<30} {row['jobs']:>5.0f} {row['seconds']:>9,.1f} {row['longest']:>8,.1f} "
            f"{row['share']:>6.1%}"
        )
    print(f"{'all':<30} {len(jobs):>5} {jobs['seconds'].sum():>9,.1f}")
    if arguments.json:
        lines = [json.dumps(record) for record in table.reset_index().to_dict("records")]
        arguments.json.write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
