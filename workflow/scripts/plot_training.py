"""Draw how the targets learned."""

from pathlib import Path

from intercept.report.figures.curves import training_curves
from intercept.report.rows import join_rows
from intercept.report.style import save
from intercept.runtime.files import read_json
from intercept.runtime.script import Job, run


def main(snakemake: Job) -> None:
    """Draw the targets' accuracies, epoch by epoch."""
    source, params = snakemake.input, snakemake.params
    figure = training_curves(
        join_rows(source.histories, params.places),
        params.targets,
        read_json(source.manifest)["synthetic"],
    )
    save(figure, Path(snakemake.output.png).with_suffix(""))


snakemake: Job
run(main, snakemake)
