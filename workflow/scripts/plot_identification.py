"""Draw how many candidates an eavesdropper has to look at before the image is among them."""

from pathlib import Path

from intercept.report.figures.identification import SCORES, identification_curves
from intercept.report.rows import join_rows, read_rows
from intercept.report.style import save
from intercept.runtime.script import Job, run


def main(snakemake: Job) -> None:
    """Draw the figure of one release from the table of attacks and the scores of every image."""
    source = snakemake.input
    summary = read_rows(source.summary)
    figure = identification_curves(
        summary[summary["release"] == snakemake.wildcards.release],
        join_rows(source.scores, snakemake.params.places, SCORES),
        bool(summary["synthetic"].any()),
    )
    save(figure, Path(snakemake.output.png).with_suffix(""))


snakemake: Job
run(main, snakemake)
