"""A command of the user's that reads images and writes activations."""

import json
import os
import signal
import subprocess
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import ClassVar

import numpy as np

from intercept.devices.arrays import DAMAGED, read_array, refuse_too_large
from intercept.devices.interface import Network, Place
from intercept.runtime.errors import UserError, message_lines
from intercept.runtime.handed_on import end_with_its_parent

_ASKED = 2  # images, to see what comes out


class CommandNetwork(Network):
    """A program that is started anew for each batch, without a shell.

    Args:
        content: JSON of ``command``, ``seconds`` that it may take, and the shapes ``takes`` and
            ``gives``.
        path: of the file that it is from, for messages.

    Raises:
        UserError: the content is of something else.
    """

    kind: ClassVar[str] = "command"

    def __init__(self, content: bytes, path: str) -> None:
        try:
            stored = json.loads(content)
            self._command = [str(part) for part in stored["command"]]
            self._seconds = int(stored["seconds"])
            self.takes, self.gives = (tuple(map(int, stored[key])) for key in ("takes", "gives"))
        except (ValueError, LookupError, TypeError) as error:
            raise UserError(
                f"{path} holds no command: delete it and run the same command again"
            ) from error
        self.content = content

    @classmethod
    def asked(
        cls, command: Sequence[str], seconds: int, image_shape: tuple[int, int, int]
    ) -> "CommandNetwork":
        """The network of a command, by what it answers to images of chance pixels.

        Raises:
            UserError: it fails, takes too long, or answers with something else than activations.
        """
        images = np.random.default_rng(0).random((_ASKED, *image_shape), np.float32)
        gives = _answers(command, seconds, images).shape[1:]
        stored = {"command": list(command), "seconds": seconds, "takes": image_shape}
        return cls(json.dumps({**stored, "gives": gives}).encode(), command[0])

    def compute(self, inputs: np.ndarray) -> np.ndarray:
        """See `Network`."""
        answers = _answers(self._command, self._seconds, inputs)
        if answers.shape[1:] != self.gives:
            raise UserError(
                f"{_named(self._command)} wrote activations of shape {answers.shape[1:]}, and "
                f"before of {self.gives}; it has to write the same for every image"
            )
        return answers

    def places(self) -> list[Place]:
        """See `Network`: what it writes."""
        return [self.ending()]

    def cut(self, place: Place) -> tuple["CommandNetwork", None]:
        """See `Network`."""
        return self, None


def _named(command: Sequence[str]) -> str:
    return f"targets: the command {' '.join(command)!r}"


def _answers(command: Sequence[str], seconds: int, images: np.ndarray) -> np.ndarray:
    """What a command writes for images: float32 [n, ...], finite."""
    with tempfile.TemporaryDirectory() as folder:
        given, written = (Path(folder, name) for name in ("images.npy", "activations.npy"))
        np.save(given, images)
        _run([*command, str(given), str(written)], seconds, command)
        try:
            if written.is_symlink():
                raise ValueError("a link")
            answers = read_array(written.read_bytes(), _named(command))
        except FileNotFoundError as error:
            raise UserError(
                f"{_named(command)} wrote nothing; its last argument is the path of the npy file "
                "that it is to write"
            ) from error
        except DAMAGED as error:
            raise UserError(
                f"{_named(command)} wrote no whole npy file ({message_lines(error)[0]}); allowed "
                "is what numpy.save writes of an array of floats"
            ) from error
    floats = np.issubdtype(answers.dtype, np.floating)
    if not floats or len(answers) != len(images) or answers.ndim not in (2, 4):
        raise UserError(
            f"{_named(command)} wrote {answers.dtype} of shape {answers.shape} for {len(images)} "
            "images; allowed are floats, [n, numbers] or [n, rows, columns, channels]"
        )
    with np.errstate(over="ignore"):
        answers = answers.astype(np.float32)
    if not np.isfinite(answers).all():
        raise UserError(f"{_named(command)} wrote numbers that are not finite in float32; mend it")
    refuse_too_large(answers, f"{_named(command)} wrote numbers")
    return answers


def _run(whole: Sequence[str], seconds: int, command: Sequence[str]) -> None:
    """Run it; what it says goes nowhere, but for its last line where it fails."""
    try:
        process = subprocess.Popen(
            whole,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            start_new_session=True,
            preexec_fn=end_with_its_parent(),
        )
    except OSError as error:
        raise UserError(
            f"{_named(command)} cannot be started ({message_lines(error)[0]}); allowed is a "
            "program and its arguments"
        ) from error
    try:
        _, said = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired as error:
        _end(process)
        raise UserError(
            f"{_named(command)} took more than {seconds} seconds for a batch of images; set seconds"
        ) from error
    except BaseException:  # this job is interrupted
        _end(process)
        raise
    if process.returncode:
        last = (said.decode(errors="replace").strip().splitlines() or ["it said nothing"])[-1]
        raise UserError(
            f"{_named(command)} ended with exit status {process.returncode}: {last}; mend it"
        )


def _end(process: subprocess.Popen[bytes]) -> None:
    """Kill it, with all that it started."""
    with suppress(ProcessLookupError), process:
        os.killpg(process.pid, signal.SIGKILL)
