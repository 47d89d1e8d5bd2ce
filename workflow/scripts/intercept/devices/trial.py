"""The first look at a file: in a process of its own, which may end badly, or never.

What computes a file is written in C++, and a file that was made for it may end the process, ask for
all memory or go on for ever. ``python -m intercept.devices.trial <kind> <path> <sides of images>``
computes it once, within limits.
"""

import os
import resource
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np

from intercept.arrays.limits import LARGEST_WEIGHTS
from intercept.devices.interface import Network
from intercept.devices.kinds import of_kind
from intercept.runtime.errors import UserError
from intercept.runtime.files import how_to_name

_SECONDS = 120
_MEMORY = 12 * 2**30  # bytes of addresses, of which libraries take some


def read_network(kind: str | None, path: str, image_shape: tuple[int, int, int]) -> Network:
    """The network of a file that is not trusted, once it has been computed elsewhere.

    Args:
        kind: of the file; see `intercept.devices.kinds.of_kind`.
        path: of the file.
        image_shape: (height, width, channels) of the images of the study.

    Raises:
        UserError: there is no such file, it is not whole, holds what is not allowed or too much, or
            cannot be computed.
    """
    if not Path(path).is_file():
        raise UserError(
            f"targets: {path!r} is named, and there is no such file; allowed is the path of one: "
            f"{how_to_name(path)}"
        )
    if Path(path).stat().st_size > LARGEST_WEIGHTS:
        raise UserError(
            f"targets: {path} holds {Path(path).stat().st_size:,} bytes; allowed are "
            f"{LARGEST_WEIGHTS:,}: name a smaller one"
        )
    library = Path(__file__).parents[2]
    command = [sys.executable, "-m", "intercept.devices.trial", str(kind), path]
    try:
        trial = subprocess.run(
            [*command, *map(str, image_shape)],
            env={**os.environ, "PYTHONPATH": str(library)},
            capture_output=True,
            text=True,
            timeout=_SECONDS,
        )
    except subprocess.TimeoutExpired as error:
        raise UserError(
            f"targets: {path} gave no answer within {_SECONDS} seconds; name a smaller network"
        ) from error
    said = (trial.stderr.splitlines() or [""])[-1].partition(f"{UserError.__name__}: ")[2]
    if said:
        raise UserError(said)
    if trial.returncode:
        number = -trial.returncode
        how = signal.Signals(number).name if number > 0 else f"exit status {trial.returncode}"
        raise UserError(
            f"targets: {path} ended the process that computed it ({how}); it is damaged, or asks "
            "for more memory than is allowed: export it again, or name a smaller network"
        )
    return of_kind(str(kind), Path(path).read_bytes(), path, image_shape)


def _compute_once(kind: str, path: str, *sides: str) -> None:
    height, width, channels = map(int, sides)
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    network = of_kind(kind, Path(path).read_bytes(), path, (height, width, channels))
    if network.answers_any:
        network.compute(np.random.default_rng(0).random((2, *network.takes), np.float32))


if __name__ == "__main__":
    _compute_once(*sys.argv[1:])
