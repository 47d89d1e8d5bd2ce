"""Draw how often a reconstruction picks out the true image."""

from pathlib import Path

import pandas as pd

from intercept.report import figures
from intercept.script import run


def main(snakemake):
    """Draw the figure from the summary table."""
    summary = pd.read_csv(snakemake.input.summary)
    figure = figures.identification(summary, bool(summary["synthetic"].any()))
    figures.save(figure, Path(snakemake.output.png).with_suffix(""))


run(main, snakemake)  # noqa: F821
