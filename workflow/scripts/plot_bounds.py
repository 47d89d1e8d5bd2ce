"""Draw the strongest attack on each noisy wire beside what is possible and what is promised."""

from pathlib import Path

from intercept.report.figures.bounds import bounds
from intercept.report.rows import read_rows
from intercept.report.style import save
from intercept.runtime.script import Job, run


def main(snakemake: Job) -> None:
    """Draw the figure from the table of attacks."""
    summary = read_rows(snakemake.input.summary)
    save(
        bounds(summary, bool(summary["synthetic"].any())),
        Path(snakemake.output.png).with_suffix(""),
    )


snakemake: Job
run(main, snakemake)
