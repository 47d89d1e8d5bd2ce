"""Draw what leaks of each training's network after each of its checkpoints."""

from pathlib import Path

from intercept.report.figures.along_training import along_training
from intercept.report.rows import read_rows
from intercept.report.style import save
from intercept.runtime.script import Job, run


def main(snakemake: Job) -> None:
    """Draw the figure from the tables of attacks and of baselines."""
    source = snakemake.input
    summary, baselines = read_rows(source.summary), read_rows(source.baselines)
    synthetic = bool(summary["synthetic"].any())
    figure = along_training(summary, baselines, snakemake.params.trainings, synthetic)
    save(figure, Path(snakemake.output.png).with_suffix(""))


snakemake: Job
run(main, snakemake)
