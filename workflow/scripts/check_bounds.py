"""Fail the study if an attack got more than a bound allows: one of the two is wrong then."""

import pandas as pd

from intercept.errors import UserError
from intercept.files import whole
from intercept.report.frontier import Bounded, bounded
from intercept.report.rows import read_rows
from intercept.script import Job, run


def main(snakemake: Job) -> None:
    """Write a row for each attack on a noisy release, unless one crosses its bound."""
    rows = list(bounded(read_rows(snakemake.input.summary)))
    crossing = [row for row in rows if row.crosses]
    if crossing:
        worst = max(crossing, key=lambda row: row.low - min(row.bound, row.fano))
        raise UserError(
            f"{len(crossing)} of {len(rows)} measures lie above their bounds by more than their "
            f"95% intervals, first of all {worst.attacker} on {worst.release} of {worst.target}, "
            f"seed {worst.seed}: {worst.group} {worst.measure} is {worst.value:.4f} "
            f"(from {worst.low:.4f}), allowed is at most {min(worst.bound, worst.fano):.4f}; "
            "either the bound or the attack is wrong, so trust neither"
        )
    with whole(snakemake.output.bounds) as temporary:
        columns = list(Bounded.__dataclass_fields__)
        pd.DataFrame([vars(row) for row in rows], columns=columns).to_csv(temporary, index=False)


snakemake: Job
run(main, snakemake)
