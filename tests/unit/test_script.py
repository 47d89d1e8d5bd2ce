"""A script of the workflow: its log, and its last word."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).parents[2] / "workflow" / "scripts"


def run_script(tmp_path, body, threads=1):
    """Run a script's main in a process of its own, as Snakemake does."""
    program = f"""
import os, signal, sys, types
from intercept.runtime.errors import UserError
from intercept.runtime.script import log, run

signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored by what runs in the background

def main(snakemake):
{body}

log_file = {str(tmp_path / "rule.log")!r}
run(main, types.SimpleNamespace(threads={threads}, log=[log_file], input=[], output=[]))
"""
    ended = subprocess.run(
        [sys.executable, "-c", program], cwd=SCRIPTS, capture_output=True, text=True, check=False
    )
    return ended, (tmp_path / "rule.log").read_text()


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (
            "    raise UserError('seeds: 1 is listed twice; list it once')",
            "seeds: 1 is listed twice; list it once",
        ),
        (
            "    raise RuntimeError('first line\\nsecond line')",
            "unexpected RuntimeError: first line",
        ),
        (
            "    import numpy; numpy.empty((2**40, 2**20), numpy.int8)",
            "memory ran out: close other programs, or run fewer jobs at once (--cores 1), or use "
            "fewer or smaller images, and run the same command again",
        ),
        (
            "    raise RuntimeError('the memory of this is short')",
            "unexpected RuntimeError: the memory of this is short",
        ),
        ("    raise RuntimeError", "unexpected RuntimeError: no message"),
        ("    raise KeyboardInterrupt", "interrupted; run the same command again"),
        ("    os.kill(os.getpid(), 15); 1 / 0", "interrupted; run the same command again"),
        ("    os.kill(os.getpid(), 2); 1 / 0", "interrupted; run the same command again"),
        (
            "    raise OSError(28, 'No space left on device', 'results/x.csv')",
            "results/x.csv cannot be written: the disk is full: "
            "free some space and run the same command again",
        ),
        (
            "    open('results/none.csv')",
            "unexpected FileNotFoundError: [Errno 2] No such file or directory: 'results/none.csv'",
        ),
    ],
    ids=[
        "user",
        "other",
        "out of memory",
        "about memory",
        "silent",
        "interrupt",
        "SIGTERM",
        "SIGINT",
        "full disk",
        "missing file",
    ],
)
def test_a_script_that_fails_says_one_line_and_keeps_the_traceback_for_the_log(
    tmp_path, body, said
):
    ended, logged = run_script(tmp_path, "    log.info('begun')\n" + body)
    assert ended.returncode == 1
    assert ended.stdout == ""
    assert ended.stderr.splitlines() == [
        "begun",
        f"Error: {said} (log: {tmp_path / 'rule.log'})",
    ]
    assert "Traceback (most recent call last)" in logged
    assert logged.splitlines()[-1].endswith(ended.stderr.splitlines()[-1])


def test_a_script_that_ends_well_says_its_progress_in_both_places(tmp_path):
    body = "    log.info('threads: ' + os.environ['TF_NUM_INTRAOP_THREADS'])"
    ended, logged = run_script(tmp_path, body, threads=3)
    assert ended.returncode == 0
    assert ended.stderr == "threads: 3\n"
    last = re.search(
        r" threads: 3\n.* written\n.* finished after \d+\.\d s, at most (\d+) MB\n$", logged
    )
    assert 10 < int(last[1]) < 500


def test_what_libraries_do_at_the_end_is_done_and_nothing_that_was_printed_is_lost(tmp_path):
    body = "    import atexit; atexit.register(print, 'tidied'); print('computed')"
    ended, _ = run_script(tmp_path, body)
    assert ended.stdout == "computed\ntidied\n"
    assert ended.returncode == 0


def test_garbage_is_looked_for_again_once_a_script_runs(tmp_path):
    ended, _ = run_script(tmp_path, "    import gc; log.info(f'looked for: {gc.isenabled()}')")
    assert ended.stderr == "looked for: True\n"


def test_only_scripts_import_what_stops_to_look_for_garbage():
    importing = [
        file.relative_to(SCRIPTS).as_posix()
        for file in (SCRIPTS / "intercept").rglob("*.py")
        if re.search(r"^(from|import) intercept\.runtime\.script", file.read_text(), re.MULTILINE)
    ]
    assert importing == []


def test_every_script_is_run_so():
    """And by that holds what it reads against its checksums first."""
    scripts = sorted(SCRIPTS.glob("*.py"))
    assert len(scripts) > 20
    for script in scripts:
        assert script.read_text().splitlines()[-1] == "run(main, snakemake)", script.name
