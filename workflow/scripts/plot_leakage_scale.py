"""Draw every attack on one release between the floor and the ceiling."""

from pathlib import Path

from intercept.report.figures.scale import leakage_scale
from intercept.report.rows import read_rows
from intercept.report.style import save
from intercept.runtime.script import Job, run


def main(snakemake: Job) -> None:
    """Draw the figure from the tables of attacks and of baselines."""
    summary, baselines = read_rows(snakemake.input.summary), read_rows(snakemake.input.baselines)
    rows = summary[summary["release"] == snakemake.wildcards.release]
    figure = leakage_scale(rows, baselines, bool(summary["synthetic"].any()))
    save(figure, Path(snakemake.output.png).with_suffix(""))


snakemake: Job
run(main, snakemake)
