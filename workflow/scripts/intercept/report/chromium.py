"""The page as Chromium shows it: on paper, and as a picture."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from intercept.runtime.errors import UserError
from intercept.runtime.files import whole

SIGN_OFF = "#sign-off"
"""Where this ends the page's address, it prints the answer and this section alone."""

_PROGRAMS = ("chromium", "chromium-browser", "google-chrome")


def print_page(address: str, pdf: str | Path) -> None:
    """Print a page.

    Args:
        address: a URL of a local file.
        pdf: the file to write.

    Raises:
        UserError: there is no Chromium, or it wrote nothing.
    """
    _write(pdf, ["--no-pdf-header-footer"], "--print-to-pdf", address, "print")


def picture_of(address: str, png: str | Path, width: int, height: int) -> None:
    """Take a picture of the top of a page.

    Args:
        address: a URL of a local file.
        png: the file to write.
        width, height: of the window, in CSS pixels.

    Raises:
        UserError: there is no Chromium, or it wrote nothing.
    """
    window = ["--hide-scrollbars", f"--window-size={width},{height}"]
    _write(png, window, "--screenshot", address, "show")


def _write(path: str | Path, options: list[str], output: str, address: str, does: str) -> None:
    program = next(filter(None, map(shutil.which, _PROGRAMS)), None)
    if program is None:
        raise UserError(
            f"no Chromium to {does} the page with ({', '.join(_PROGRAMS)}): install one (Debian: "
            f"apt install chromium), or open report.html in a browser and {does} it there"
        )
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile,
        whole(path) as temporary,
    ):
        command = [
            *(program, "--headless", "--disable-gpu", "--no-first-run", "--disable-dev-shm-usage"),
            *(["--no-sandbox"] if os.geteuid() == 0 else []),
            *(f"--user-data-dir={profile}", *options),
            *(f"{output}={Path(temporary).resolve()}", address),
        ]
        done = subprocess.run(command, capture_output=True, text=True, timeout=300)
        if done.returncode or not temporary.exists():
            said = (done.stderr.strip().splitlines() or ["nothing"])[-1]
            raise UserError(f"{program} did not {does} {address}: it said {said}")
