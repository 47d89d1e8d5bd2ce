"""Draw what the strongest attacks got from noisy wires, beside what nobody can get."""

from pathlib import Path

from intercept.report.figures.bounds import attack_against_bound
from intercept.report.rows import read_rows
from intercept.report.style import save
from intercept.script import Job, run


def main(snakemake: Job) -> None:
    """Draw the figure from the table of attacks."""
    summary = read_rows(snakemake.input.summary)
    figure = attack_against_bound(summary, bool(summary["synthetic"].any()))
    save(figure, Path(snakemake.output.png).with_suffix(""))


snakemake: Job
run(main, snakemake)
