"""Print the page to a PDF, and what those need who sign off to another."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from intercept.runtime.script import Job, run
from intercept.runtime.errors import UserError
from intercept.runtime.files import whole

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
SIGN_OFF = "#sign-off"
"""Where this is the page's address, it prints the answer and this section alone."""


def main(snakemake: Job) -> None:
    """Write both."""
    page = Path(snakemake.input.page).resolve().as_uri()
    for address, pdf in (
        (page, snakemake.output.whole),
        (page + SIGN_OFF, snakemake.output.summary),
    ):
        print_page(address, pdf)


def print_page(address: str, pdf: str | Path) -> None:
    """Print a page as Chromium does, without what its script adds.

    Args:
        address: a URL of a local file.
        pdf: the file to write.

    Raises:
        UserError: there is no Chromium, or it wrote nothing.
    """
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None:
        raise UserError(
            f"no Chromium to print with ({', '.join(PROGRAMS)}): install one (Debian: apt install "
            "chromium), or print report.html from a browser"
        )
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile,
        whole(pdf) as temporary,
    ):
        command = [
            *(program, "--headless", "--disable-gpu", "--no-first-run", "--disable-dev-shm-usage"),
            *(["--no-sandbox"] if os.geteuid() == 0 else []),
            *(f"--user-data-dir={profile}", "--no-pdf-header-footer"),
            *(f"--print-to-pdf={Path(temporary).resolve()}", address),
        ]
        done = subprocess.run(command, capture_output=True, text=True, timeout=300)
        if done.returncode or not temporary.exists():
            said = (done.stderr.strip().splitlines() or ["nothing"])[-1]
            raise UserError(f"{program} did not print {address}: it said {said}")


snakemake: Job
run(main, snakemake)
