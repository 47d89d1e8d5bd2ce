"""One engine in a process of its own, which steps on command; `dp_step` starts it.

It is called with the engine's name and a number of threads. It says in a line of JSON that it is
ready (or that a package is missing), and then answers each line of standard input, a number of
steps, with another: how long each took, and its peak of memory so far.
"""

import ctypes
import json
import os
import resource
import sys
import time
from collections.abc import Callable
from importlib.metadata import version
from typing import Any

import engines

_libc = ctypes.CDLL("libc.so.6")


def _timed(step: Callable[[], object]) -> float:
    begin = time.perf_counter()
    step()
    return time.perf_counter() - begin


def _ready(name: str, engine: engines.Engine) -> dict[str, Any]:
    """What the engine is and whether it trains, after two steps: the first of them compiles it."""
    before = engine.parameters()
    engine.step()
    seconds = _timed(engine.step)
    after = engine.parameters()
    return {
        "versions": {package: version(package) for package in engines.ENGINES[name].packages},
        "parameters": sum(values.size for values in before) - engine.extra_parameters,
        "changed": all((b != a).any() for b, a in zip(before, after, strict=True)),
        "finite": all(abs(values).max() < float("inf") for values in after),
        "seconds": seconds,
    }


def main() -> None:
    """Build the engine, and step as often as each line says until there are no more."""
    name, threads = sys.argv[1], int(sys.argv[2])
    # Binds every framework alike, whatever it makes of the variables that set its threads.
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:threads])
    # Frameworks print as they please: what they print must not get between the answers.
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w", buffering=1)
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    try:
        engine = engines.build(name)
    except ModuleNotFoundError as error:
        print(json.dumps({"missing": error.name}), file=answers)
        return
    print(json.dumps(_ready(name, engine)), file=answers)
    for line in sys.stdin:
        engine.step()  # not timed: it asks back the memory that the last turn returned
        seconds = [_timed(engine.step) for _ in range(int(line))]
        _libc.malloc_trim(0)  # while others have their turn, theirs is the memory
        peak_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        print(json.dumps({"seconds": seconds, "peak_mb": peak_kb / 1024}), file=answers)


if __name__ == "__main__":
    main()
