"""Collect every record of the study into one table."""

import pandas as pd

from intercept.files import read_json, whole
from intercept.report.summary import summary_row
from intercept.script import run


def main(snakemake):
    """Write the table, a row for each attack."""
    source = snakemake.input
    manifest = read_json(source.manifest)
    rows = [
        summary_row(snakemake.params.study, manifest, *map(read_json, records))
        for records in zip(source.trainings, source.privacies, source.metrics, strict=True)
    ]
    with whole(snakemake.output.summary) as temporary:
        pd.DataFrame(rows).to_csv(temporary, index=False)


run(main, snakemake)  # noqa: F821
