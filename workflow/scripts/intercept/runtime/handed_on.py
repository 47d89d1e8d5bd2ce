"""What a run hands on to its jobs, which are processes of their own, and how it knows their end."""

import json
import math
import os
import select
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import PathFinder
from pathlib import Path
from types import ModuleType
from typing import Any

from intercept.runtime.errors import UserError

FINISHED = "finished after"
"""The last line of the log of a job that ended well begins with it, after the time."""

_CONFIG, _RUN, _QUIET = "INTERCEPT_CONFIG", "INTERCEPT_RUN", "INTERCEPT_QUIET"
_PYTHONPATH = "PYTHONPATH"
_PR_SET_PDEATHSIG = 1  # of Linux's prctl
_NEWEST = "INTERCEPT_NEWEST_SOURCE"
_PACKAGE, _SCRIPTS = __name__.partition(".")[0], Path(__file__).parents[2]
_IMAGES, _CROSSING = "INTERCEPT_IMAGES", "INTERCEPT_CROSSING"


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
    there = (file for file in _SCRIPTS.rglob("*") if file.parent.name != "__pycache__")
    sources = (file for file in there if file.is_file())
    os.environ[_NEWEST] = str(max(map(_dated, sources)))


def refuse_changed_code() -> None:
    """Refuse what this job runs of the project, if any of it was written after the run began.

    That is its script and what it has imported, and from now on what it imports. The run records
    the identity of the code that it began with. By the dates of files alone, so that the clocks of
    two machines need not agree.

    Raises:
        UserError: a file is newer than all of them were when the run began.
    """
    refuse_changed([_script(), *filter(None, map(_file_of, list(sys.modules.values())))])
    sys.meta_path.insert(0, _Unchanged())


def refuse_changed(files: Iterable[Path]) -> None:
    """Refuse files of this project that were written after the run began.

    Args:
        files: such as templates; what is none, or lies elsewhere, is passed over.

    Raises:
        UserError: as `refuse_changed_code`.
    """
    newest = int(os.environ.get(_NEWEST) or 0)
    ours = (file for file in files if _SCRIPTS in file.parents and file.is_file())
    changed = next((file for file in ours if newest and _dated(file) > newest), None)
    if changed:
        raise UserError(
            f"{changed.relative_to(_SCRIPTS)} was changed after this run began, which goes by the "
            "code that it began with: run the same command again"
        )


class _Unchanged(MetaPathFinder):
    """Finds no module, and refuses those that `refuse_changed` does."""

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> None:
        if name.partition(".")[0] == _PACKAGE:
            spec = PathFinder.find_spec(name, path)
            if spec and spec.origin:
                refuse_changed([Path(spec.origin)])


def _script() -> Path:
    """The script of this job, of which Snakemake runs a copy whose name ends in the script's."""
    copy = Path(_file_of(sys.modules["__main__"]) or "")
    return _SCRIPTS / ".".join(copy.name.split(".")[-2:])


def _file_of(module: ModuleType) -> Path | None:
    file = getattr(module, "__file__", None)
    return Path(file) if file else None


def _dated(file: Path) -> int:
    return file.stat().st_mtime_ns


def lead(scripts: str | Path) -> None:
    """Have this project's modules come first in all jobs to come.

    Snakemake puts the folder of a script last, behind `PYTHONPATH`: in a shell that names another
    checkout there, a job would run that one's code under the identity of this one's.

    Args:
        scripts: the folder that they lie in.
    """
    named = os.environ.get(_PYTHONPATH)
    others = [one for one in named.split(os.pathsep) if one != str(scripts)] if named else []
    os.environ[_PYTHONPATH] = os.pathsep.join([str(scripts), *others])


def take_on(config: dict[str, Any]) -> None:
    """Replace the content of `config` by what the run began with, if that was handed on.

    A job on another machine reads the files anew. They may have changed by then, and all jobs of a
    run are to go by the same settings.
    """
    if _CONFIG in os.environ:
        config.clear()
        config.update(json.loads(os.environ[_CONFIG]))


def hand_on_sizes(
    described: Mapping[str, Mapping[str, Any]], crossing: Mapping[str, Mapping[str, int]]
) -> dict[str, str]:
    """What tells a plan how many images and activations there will be, before there are any.

    Args:
        described: of each set ``images``, how many, and ``image_shape``.
        crossing: by target and cut layer how many numbers cross the wire for an image.

    Returns:
        Variables for the environment of the command that plans.
    """
    return {_IMAGES: json.dumps(described), _CROSSING: json.dumps(crossing)}


def described_images(manifest: str | Path, role: str) -> tuple[int, int] | None:
    """How many images a set has, and how many numbers each; None while that is not known.

    Args:
        manifest: of the data set, which may not be written yet.
        role: the name of the set.
    """
    try:
        sets = json.loads(Path(manifest).read_text())["sets"]
    except (OSError, ValueError, KeyError, TypeError):
        sets = json.loads(os.environ.get(_IMAGES, "{}"))
    try:
        entry = sets[role]
        return entry["images"], math.prod(entry["image_shape"])
    except (KeyError, TypeError):
        return None


def numbers_crossing(record: str | Path, target: str, cut_layer: str) -> int:
    """How many numbers cross a wire for an image; 0 while that is not known.

    Args:
        record: of the cut, which may not be written yet.
        target: whose wire it is.
        cut_layer: where that is cut.
    """
    try:
        return int(json.loads(Path(record).read_text())["numbers"])
    except (OSError, ValueError, KeyError, TypeError):
        return int(json.loads(os.environ.get(_CROSSING, "{}")).get(target, {}).get(cut_layer, 0))


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


def end_with_its_parent() -> Callable[[], object] | None:
    """What a process runs first that is to be killed when the one that starts it ends.

    Returns:
        For the ``preexec_fn`` of `subprocess.Popen`; None where the system has no such thing.
    """
    import ctypes  # here, since few jobs start a process

    prctl = getattr(ctypes.CDLL(None), "prctl", None)
    return prctl and (lambda: prctl(_PR_SET_PDEATHSIG, signal.SIGKILL))
