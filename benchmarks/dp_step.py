"""How long a training step takes: Intercept's private one, an ordinary one, and others' private.

Each engine has a process of its own. They take turns, so that whatever else the machine does
falls on all of them alike, and only one works at a time. See README.md.
"""

import argparse
import contextlib
import json
import os
import platform
import re
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from engines import ENGINES, REFERENCE, problem

_HERE = Path(__file__).resolve().parent
_ROOT = _HERE.parent
_STEPS_IN_A_TURN = 3
_THREAD_VARIABLES = (
    "TF_NUM_INTRAOP_THREADS",
    "TF_NUM_INTEROP_THREADS",
    "OMP_NUM_THREADS",
    "MKL_NUM_THREADS",
)
_COLUMNS = "{:<24}{:>8}{:>10}{:>16}{:>8}{:>10}"


class EngineError(Exception):
    """An engine failed; the message says which and how."""


class NotInstalledError(Exception):
    """An engine's packages are missing; the message says how to get them."""


class Worker:
    """An engine's process, and what was measured of it.

    Args:
        engine: a name of `ENGINES`.
        threads: how many it may use.
        python_of_others: the interpreter of engines whose packages the project has not.

    Attributes:
        engine: as given.
        threads: as given.
        seconds: of each step that was timed.
        peak_mb: the most memory that the process has held.
        about: what the engine said of itself when it was ready.

    Raises:
        NotInstalledError: its interpreter or a package is missing.
        EngineError: it does not start, or its step does not train.
    """

    def __init__(self, engine: str, threads: int, python_of_others: Path) -> None:
        self.engine, self.threads = engine, threads
        self.seconds: list[float] = []
        self.peak_mb = 0.0
        in_project = ENGINES[engine].in_project
        python = Path(sys.executable) if in_project else python_of_others
        remedy = "`make benchmark` installs what every engine needs"
        if not python.exists():
            raise NotInstalledError(f"there is no {python}; {remedy}")
        self._errors = tempfile.TemporaryFile("w+")  # noqa: SIM115  open as long as the process
        settings = {variable: str(threads) for variable in _THREAD_VARIABLES}
        settings["CUDA_VISIBLE_DEVICES"] = ""  # processors are compared
        settings["PYTHONPATH"] = str(_ROOT / "workflow" / "scripts")
        self._process = subprocess.Popen(
            [python, _HERE / "worker.py", engine, str(threads)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
            env=os.environ | settings,
        )
        self.about = self._answer()
        if "missing" in self.about:
            raise NotInstalledError(f"{python} has no {self.about['missing']}; {remedy}")
        if not (self.about["changed"] and self.about["finite"]):
            raise EngineError(f"{engine}: a step leaves parameters unchanged or not finite")

    def take_turn(self, steps: int) -> None:
        """Time so many steps."""
        with contextlib.suppress(BrokenPipeError):  # it has ended: so says the answer
            print(steps, file=self._process.stdin, flush=True)
        answer = self._answer()
        self.seconds += answer["seconds"]
        self.peak_mb = answer["peak_mb"]

    def close(self) -> None:
        """End the process."""
        self._process.communicate()

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout is not None  # it is a pipe
        if line := self._process.stdout.readline():
            return json.loads(line)
        status = self._process.wait()
        self._errors.seek(0)
        last_line = (self._errors.read().strip() or "no message").splitlines()[-1]
        raise EngineError(f"{self.engine}: its process ended with status {status}: {last_line}")


def say(text: str) -> None:
    """A line of progress; standard output has the table alone."""
    print(text, file=sys.stderr, flush=True)


def duration(seconds: float) -> str:
    """For a person: ``42 s`` or ``3 min``."""
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min"


def measure(
    engines: list[str], threads: int, steps: int, python_of_others: Path, repeats: int
) -> list[Worker]:
    """Start the engines, let them take turns, and end them.

    Args:
        engines: names of `ENGINES`, the reference first.
        threads: how many each may use.
        steps: to be timed of each.
        python_of_others: the interpreter of engines whose packages the project has not.
        repeats: how many measurements like this are to come with it, for the time left.

    Returns:
        The engines that are installed, each with `steps` steps timed.

    Raises:
        EngineError: an engine fails, or has another number of parameters than the reference.
    """
    whole_turns, rest = divmod(steps, _STEPS_IN_A_TURN)
    turns = [_STEPS_IN_A_TURN] * whole_turns + [rest] * (rest > 0)
    begin = time.monotonic()
    workers: list[Worker] = []
    with contextlib.ExitStack() as stack:
        for engine in engines:
            say(f"threads {threads}: {engine} starts and compiles its step")
            try:
                worker = Worker(engine, threads, python_of_others)
            except NotInstalledError as error:
                if engine == REFERENCE:
                    raise EngineError(f"{engine}: {error}") from error
                say(f"threads {threads}: {engine} is skipped: {error}")
                continue
            stack.callback(worker.close)
            workers.append(worker)
            parameters, wanted = (w.about["parameters"] for w in (worker, workers[0]))
            if parameters != wanted:
                raise EngineError(f"{engine}: has {parameters:,} parameters instead of {wanted:,}")
        starting = time.monotonic() - begin
        # Each turn begins with a step that is not timed.
        turning = sum(w.about["seconds"] for w in workers) * (steps + len(turns))
        say(f"about {duration(turning + (repeats - 1) * (starting + turning))} left in all")
        for number, steps_in_turn in enumerate(turns, start=1):
            for worker in workers:
                worker.take_turn(steps_in_turn)
            say(f"threads {threads}: turn {number} of {len(turns)} done")
    return workers


def processor() -> str:
    """The processor's model as Linux names it."""
    found = re.search(r"model name\s*: (.+)", Path("/proc/cpuinfo").read_text())
    return found.group(1) if found else platform.machine()


def print_header(workers: list[Worker], steps: int) -> None:
    """What was measured on what, and the names of the columns."""
    versions: dict[str, str] = {}
    for worker in workers:
        versions |= worker.about["versions"]
    height, width, channels = problem.IMAGE_SHAPE
    print(f"{processor()}; {', '.join(f'{name} {number}' for name, number in versions.items())}")
    print(
        f"A training step on {problem.BATCH_SIZE} images of {height}×{width}×{channels}, "
        f"{problem.CLASSES} classes; median of {steps}"
    )
    print(_COLUMNS.format("engine", "threads", "ms", "interquartile", "ratio", "peak MB"))


def main() -> None:
    """Measure what the command line asks for, print the table and write the JSON lines."""
    options = _options()
    engines = [REFERENCE, *(name for name in options.engines if name != REFERENCE)]
    for number, threads in enumerate(options.threads):
        repeats = len(options.threads) - number
        workers = measure(engines, threads, options.steps, options.python, repeats)
        if number == 0:
            print_header(workers, options.steps)
        ordinary = statistics.median(workers[0].seconds)
        for worker in workers:
            lower, median, upper = statistics.quantiles(worker.seconds, method="inclusive")
            ratio = median / ordinary
            print(
                _COLUMNS.format(
                    worker.engine,
                    threads,
                    f"{1000 * median:,.0f}",
                    f"{1000 * lower:,.0f}–{1000 * upper:,.0f}",
                    f"{ratio:.2f}",
                    f"{worker.peak_mb:,.0f}",
                ),
                flush=True,
            )
            record = {
                "engine": worker.engine,
                "threads": threads,
                "ms": round(1000 * median, 1),
                "ratio": round(ratio, 3),
                "peak_mb": round(worker.peak_mb),
            }
            if options.json:
                print(json.dumps(record), file=options.json, flush=True)


def _options() -> argparse.Namespace:
    processors = len(os.sched_getaffinity(0))

    def names(text: str) -> list[str]:
        if unknown := set(text.split(",")) - set(ENGINES):
            raise argparse.ArgumentTypeError(
                f"no engine {', '.join(sorted(unknown))}; there are {', '.join(ENGINES)}"
            )
        return text.split(",")

    def thread_counts(text: str) -> list[int]:
        counts = [int(part) for part in text.split(",")]
        if not all(1 <= count <= processors for count in counts):
            raise argparse.ArgumentTypeError(f"{text!r}; allowed is 1 to {processors} here")
        return counts

    def step_count(text: str) -> int:
        if int(text) < 2:
            raise argparse.ArgumentTypeError(f"{text!r}; allowed is 2 or more")
        return int(text)

    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument(
        "--engines",
        type=names,
        default=list(ENGINES),
        help=f"some of {', '.join(ENGINES)} (default: all); the first always runs",
    )
    parser.add_argument(
        "--threads", type=thread_counts, default="1,2", help="numbers of threads (default: 1,2)"
    )
    parser.add_argument(
        "--steps", type=step_count, default=30, help="timed steps of each engine (default: 30)"
    )
    parser.add_argument(
        "--json", type=argparse.FileType("w"), metavar="FILE", help="write JSON lines as well"
    )
    parser.add_argument(
        "--python",
        type=Path,
        metavar="FILE",
        default=_ROOT / ".venv-benchmarks" / "bin" / "python",
        help="interpreter for PyTorch and JAX (default: that of `make benchmark`)",
    )
    return parser.parse_args()


if __name__ == "__main__":
    try:
        main()
    except EngineError as error:
        sys.exit(f"Error: {error}")
