"""How every script of the workflow runs: logging, threads, and a last word of one line.

Only scripts import it, before anything else of this project (isort sees to that).
"""

import atexit
import gc
import logging
import os
import re
import signal
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn, Protocol

from intercept.runtime.checksums import record, verify
from intercept.runtime.errors import UserError
from intercept.runtime.files import unwritable
from intercept.runtime.handed_on import FINISHED, end_with_the_run, is_quiet, refuse_changed_code

# What a script imports is no garbage, and to look for some is a quarter of TensorFlow's import.
gc.disable()

log = logging.getLogger("intercept")


class Job(Protocol):
    """What Snakemake hands to a script, as its global `snakemake`; the rule says what is in it."""

    input: Any
    output: Any
    params: Any
    wildcards: Any
    log: Any
    threads: int


def _one_line(error: BaseException) -> str:
    if isinstance(error, OSError) and (known := unwritable(error.filename or "a result", error)):
        error = known
    if isinstance(error, UserError):
        return str(error)
    if isinstance(error, MemoryError) or type(error).__name__ == "ResourceExhaustedError":
        return (
            "memory ran out: close other programs, or run fewer jobs at once (--cores 1), or use "
            "fewer or smaller images, and run the same command again"
        )
    if isinstance(error, KeyboardInterrupt):
        return "interrupted; run the same command again"
    first_line = (str(error).strip() or "no message").splitlines()[0]
    return f"unexpected {type(error).__name__}: {first_line}"


def _peak_memory() -> int:
    """The most memory that this process held, in MB; getrusage would count its parent's too."""
    status = Path("/proc/self/status").read_text()
    return int(re.findall(r"VmHWM:\s+(\d+) kB", status)[0]) // 1024


def run(main: Callable[[Job], None], snakemake: Job) -> NoReturn:
    """Call ``main(snakemake)`` with its progress on the terminal and in the rule's log file.

    Where Snakemake is quiet the terminal gets errors alone.

    TensorFlow is given `snakemake.threads` threads; that holds only if it has run nothing yet.
    Before the work inputs are held against the checksums that the jobs before left; outputs get
    theirs. A failure ends the process with exit code 1 after one line that begins with ``Error:``;
    the traceback goes to the log file alone. The job is killed when the run that started it on this
    machine ends. This is the last that a script does: it never returns.
    """
    began = time.monotonic()
    gc.freeze()  # what was imported stays: to look through all of TensorFlow takes half a second
    gc.enable()
    end_with_the_run()
    # As by Ctrl-C: a last word, and the end of what this job started.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    for variable in ("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS", "OMP_NUM_THREADS"):
        os.environ[variable] = str(snakemake.threads)
    # Else a GPU rounds to 10 bits what it multiplies, and words that are sent are no longer equal.
    os.environ.setdefault("NVIDIA_TF32_OVERRIDE", "0")
    log_file = Path(snakemake.log[0])
    logging.raiseExceptions = False  # a log that cannot be written, on a full disk, is not news
    try:
        to_file = logging.FileHandler(log_file, mode="w", encoding="utf-8")
    except OSError as error:
        sys.exit(f"Error: {_one_line(error)}")
    to_file.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
    to_terminal = logging.StreamHandler(sys.stderr)
    to_terminal.setLevel(logging.ERROR if is_quiet() else logging.INFO)
    log.setLevel(logging.DEBUG)
    log.handlers = [to_file, to_terminal]
    log.propagate = False
    logging.getLogger("tensorflow").setLevel(logging.ERROR)
    # Every model file is HDF5, as in the original experiment, and Keras 2.15 reads it.
    warnings.filterwarnings("ignore", message="You are saving your model as an HDF5 file")
    try:
        log.debug("started")
        refuse_changed_code()
        verify(snakemake.input)
        main(snakemake)
        log.debug("written")
        record(snakemake.output)
        log.debug("%s %.1f s, at most %d MB", FINISHED, time.monotonic() - began, _peak_memory())
    except (Exception, KeyboardInterrupt) as error:
        log.debug("Traceback:", exc_info=True)
        log.error("Error: %s (log: %s)", _one_line(error), log_file)
        sys.exit(1)
    atexit._run_exitfuncs()  # libraries remove their temporary files
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)  # to take TensorFlow apart would take half a second
