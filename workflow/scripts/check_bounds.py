"""Say what was found of every wire, or fail if it cannot be true.

It cannot where an attack beats the best rule, or the rule what is promised.
"""

from operator import itemgetter

import pandas as pd

from intercept.runtime.script import Job, run
from intercept.bounds.gate import Comparison, broken_promises, compare
from intercept.provenance import provenance
from intercept.report.advice import verdict_record
from intercept.report.rows import read_not_run, read_rows
from intercept.runtime.errors import UserError
from intercept.runtime.files import read_json, whole, write_json

_wire_of = itemgetter("target", "seed", "wire")


def main(snakemake: Job) -> None:
    """Write a row for each attack and measure, and the verdict, unless one cannot be true."""
    source = snakemake.input
    best = {
        _wire_of(wire): pd.read_csv(path)
        for wire, path in zip(snakemake.params.wires, source.optima, strict=True)
    }
    rows: list[Comparison] = []
    for place, path in zip(snakemake.params.attacks, source.scores, strict=True):
        rows.extend(compare(place, pd.read_csv(path), best[_wire_of(place)]))
    beating = [row for row in rows if row.beats(len(rows))]
    if beating:
        worst = max(beating, key=lambda row: row.difference)
        raise UserError(
            f"{len(beating)} of {len(rows)} measures of attacks are above what the best rule gets "
            f"of the same readings, first of all {worst.attacker} on {worst.wire} of "
            f"{worst.target}, seed {worst.seed}: {worst.group} {worst.measure} is "
            f"{worst.attack:.4f}, where {worst.optimum:.4f} is possible; the attack has what no "
            "reader of the wire has, or the rule is wrong, so trust neither"
        )
    summary, not_run = read_rows(source.summary), read_not_run(source.summary)
    if said := list(broken_promises(summary)):
        raise UserError(f"{said[0]}; one of them is wrong, so trust neither")
    with whole(snakemake.output.bounds) as temporary:
        columns = list(Comparison.__dataclass_fields__)
        pd.DataFrame([vars(row) for row in rows], columns=columns).to_csv(temporary, index=False)
    goal = {"goal": read_json(source.goal)} if source.goal else {}
    write_json(
        snakemake.output.verdict,
        {**provenance(snakemake), **verdict_record(summary, not_run), **goal},
    )


snakemake: Job
run(main, snakemake)
