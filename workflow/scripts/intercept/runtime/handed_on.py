"""What a run hands on to its jobs, which are processes of their own."""

import json
import os
import select
import signal
import socket
import threading
from typing import Any

_CONFIG, _RUN, _QUIET = "INTERCEPT_CONFIG", "INTERCEPT_RUN", "INTERCEPT_QUIET"


def hand_on(quiet: bool, config: dict[str, Any] | None = None) -> None:
    """Hand on to all jobs to come what the run goes by, and which process runs it.

    Args:
        quiet: whether jobs are to say nothing on the terminal but errors.
        config: the configuration, if it is the run's own.
    """
    if config is not None:
        os.environ[_CONFIG] = json.dumps(config, default=str)
    os.environ[_RUN] = f"{os.getpid()} {socket.gethostname()}"
    os.environ[_QUIET] = "yes" if quiet else ""


def take_on(config: dict[str, Any]) -> None:
    """Replace the content of `config` by what the run began with, if that was handed on.

    A job on another machine reads the files anew. They may have changed by then, and all jobs of a
    run are to go by the same settings.
    """
    if _CONFIG in os.environ:
        config.clear()
        config.update(json.loads(os.environ[_CONFIG]))


def is_quiet() -> bool:
    """Whether this job's run wants to hear of errors alone."""
    return bool(os.environ.get(_QUIET))


def end_with_the_run() -> None:
    """Have this job killed when the run that started it on this machine ends, however it ends.

    Else the job of a killed run would go on beside that of the next, for the same outputs.
    """
    pid, _, host = os.environ.get(_RUN, "").partition(" ")
    if host != socket.gethostname():
        return
    try:
        run = os.pidfd_open(int(pid))
    except ProcessLookupError:
        os.kill(os.getpid(), signal.SIGKILL)
    except OSError:  # a kernel without it, before Linux 5.3
        return

    def wait() -> None:
        select.select([run], [], [])
        os.kill(os.getpid(), signal.SIGKILL)

    threading.Thread(target=wait, daemon=True).start()
