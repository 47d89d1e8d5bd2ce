"""An attacker's answers on disk."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from intercept.arrays.hdf5 import whole_hdf5
from intercept.runtime.errors import UserError
from intercept.runtime.hdf5 import opened

ROLES = ("held_out", "evaluation")


def as_stored(answers: np.ndarray) -> np.ndarray:
    """What reading images gives after they were written: float32 with the digits of float16."""
    return answers.astype(np.float16).astype(np.float32)


def refuse_infinite(
    answers: Mapping[str, np.ndarray], whose: str, largest: float, learns: bool
) -> None:
    """Refuse answers that are not finite, which nothing could be measured on.

    Args:
        answers: as for `write_answers`.
        whose: attacker, target and wire, for the message.
        largest: absolute value of what crosses the wire.
        learns: whether the attacker has a ``learning_rate``.

    Raises:
        UserError: some are not.
    """
    infinite = sum(_infinite_rows(answers[role]) for role in ROLES)
    if infinite:
        total = sum(len(answers[role]) for role in ROLES)
        slower = ", or lower the attacker's learning_rate" if learns else ""
        raise UserError(
            f"{whose}: {infinite:,} of {total:,} answers are not finite; what crosses the wire "
            f"reaches {largest:.3g}, and what is computed of it may be too large: cut elsewhere"
            f"{slower}"
        )


def _infinite_rows(answers: np.ndarray) -> int:
    """How many rows are not finite; row by row, since all of them at once take memory."""
    return sum(not np.isfinite(row).all() for row in answers)


def write_answers(path: str | Path, answers: Mapping[str, np.ndarray], images: bool) -> None:
    """Write the answers of both roles as HDF5, whole or not at all.

    Args:
        path: the file.
        answers: for each role of `ROLES` float32 [n, ...].
        images: whether they are images in [0, 1], for which float16 is enough.

    Raises:
        UserError: the disk is full, or the folder cannot be written.
    """
    with whole_hdf5(path) as file:
        for role in ROLES:
            stored = answers[role].astype(np.float16 if images else np.float32)
            file.create_dataset(role, data=stored, compression="gzip")


def read_answers(path: str | Path) -> dict[str, np.ndarray]:
    """Read the answers, float32 [n, ...] for each role of `ROLES`.

    Raises:
        UserError: the file is damaged, or is not one of answers.
    """
    with opened(path, "answers") as file:
        return {role: file[role][:].astype(np.float32) for role in ROLES}


def read_shown(path: str | Path, images: np.ndarray) -> np.ndarray:
    """Read the answers to some evaluation images alone.

    Args:
        path: the file.
        images: their indices, int64 [k], in ascending order.

    Returns:
        float32 [k, ...].

    Raises:
        UserError: the file is damaged, or is not one of answers.
    """
    with opened(path, "answers") as file:
        return file["evaluation"][images].astype(np.float32)
