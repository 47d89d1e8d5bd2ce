"""Draw a figure of the report."""

from importlib import import_module
from pathlib import Path

from intercept.runtime.script import Job, run
from intercept.report.figures.source import Source
from intercept.report.style import save


def main(snakemake: Job) -> None:
    """Draw it as PNG and SVG."""
    drawing = snakemake.params.drawing
    source = Source(snakemake.input, drawing["names"], drawing["places"])
    figure = import_module(drawing["module"]).draw(source)
    save(figure, Path(snakemake.output.png).with_suffix(""))


snakemake: Job
run(main, snakemake)
