"""Print the page to a PDF, and what those need who sign off to another."""

from pathlib import Path

from intercept.runtime.script import Job, run
from intercept.report.chromium import SIGN_OFF, print_page


def main(snakemake: Job) -> None:
    """Write both."""
    page = Path(snakemake.input.page).resolve().as_uri()
    for address, pdf in (
        (page, snakemake.output.whole),
        (page + SIGN_OFF, snakemake.output.summary),
    ):
        print_page(address, pdf)


snakemake: Job
run(main, snakemake)
