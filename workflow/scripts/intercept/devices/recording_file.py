"""Recorded pairs of images and activations, in the place of a device that can be asked."""

import hashlib
import io
from collections.abc import Mapping
from typing import ClassVar

import numpy as np

from intercept.devices.arrays import read_arrays, refuse_too_large
from intercept.devices.interface import Network, Place
from intercept.runtime.errors import UserError

_STEPS = 65535  # by which pixels are told apart
_HASH = 32  # bytes


class RecordingNetwork(Network):
    """What was recorded: it answers to the images of the recording, and to no others.

    Args:
        content: of an npz file or of HDF5 with ``images``, [n, height, width, channels] or [n,
            height, width], uint8, uint16 or floats from 0 to 1, and ``activations``, float32 [n,
            numbers] or [n, rows, columns, channels]; or as a `Network` has them.
        path: of the file, for messages.
        image_shape: (height, width, channels) of the images of the study; None where the bytes
            are as a `Network` has them.

    Raises:
        UserError: the file is not whole, holds something else or too much, its images are not like
            the study's, or one image has several activations.
    """

    kind: ClassVar[str] = "recording"
    activation = None

    def __init__(
        self, content: bytes, path: str, image_shape: tuple[int, int, int] | None = None
    ) -> None:
        self._path = path
        if image_shape is None:
            stored = read_arrays(content, path, ("shown", "activations", "takes"))
            shown, answers = stored["shown"], stored["activations"]
            self.takes = tuple(map(int, stored["takes"]))
        else:
            stored = read_arrays(content, path, ("images", "activations"))
            shown, answers = _as_recorded(stored, path, image_shape)
            self.takes = image_shape
        self.gives = answers.shape[1:]
        self._answers = answers
        self.answers_any = False
        self._place = {row.tobytes(): number for number, row in enumerate(shown)}
        if len(self._place) < len(shown):
            raise UserError(
                f"targets: recording {path} has an image more than once "
                f"({len(shown) - len(self._place)} of {len(shown)}); record each once"
            )
        archive = io.BytesIO()
        np.savez(archive, shown=shown, activations=answers, takes=np.array(self.takes))
        self.content = archive.getvalue()

    def compute(self, inputs: np.ndarray) -> np.ndarray:
        """See `Network`.

        Raises:
            UserError: some of the images were not recorded.
        """
        found = [self._place.get(row.tobytes(), -1) for row in _rows(inputs)]
        missing = found.count(-1)
        if missing:
            raise UserError(
                f"targets: recording {self._path} has no activation of {missing} of the "
                f"{len(found)} images that are asked for; it needs those of the attacker and of "
                "the evaluation, and behind a defence the target's: record them, with the pixels "
                "that the study has"
            )
        return self._answers[np.array(found, np.int64)]

    def places(self) -> list[Place]:
        """See `Network`: what was recorded, and nothing before it."""
        return [self.ending()]

    def cut(self, place: Place) -> tuple["RecordingNetwork", None]:
        """See `Network`."""
        return self, None


def _as_recorded(
    stored: Mapping[str, np.ndarray], path: str, image_shape: tuple[int, int, int]
) -> tuple[np.ndarray, np.ndarray]:
    """What stands for each image, uint8 [n, 32], and its activation, float32 [n, ...]."""
    images, activations = stored["images"], stored["activations"]
    if images.ndim == 3:
        images = images[..., np.newaxis]
    if images.shape[1:] != image_shape:
        raise UserError(
            f"targets: recording {path} has images of shape {images.shape[1:]}, and those of this "
            f"data set are {image_shape} (height, width, channels); record the study's"
        )
    if images.dtype in (np.uint8, np.uint16):
        images = images / np.float32(np.iinfo(images.dtype).max)
    elif images.dtype == bool or np.issubdtype(images.dtype, np.floating):
        images = images.astype(np.float32)
    if images.dtype != np.float32 or not ((images >= 0) & (images <= 1)).all():
        raise UserError(
            f"targets: recording {path} has images of {images.dtype} outside 0 to 1; allowed are "
            "uint8, uint16, or floats from 0 to 1"
        )
    if len(activations) != len(images) or activations.ndim not in (2, 4) or not len(images):
        raise UserError(
            f"targets: recording {path} has {len(images)} images and activations of shape "
            f"{activations.shape}; allowed is one activation for each image, as vectors "
            "[n, numbers] or maps [n, rows, columns, channels]"
        )
    with np.errstate(over="ignore"):
        stored_as = activations.astype(np.float32)
    if not np.issubdtype(activations.dtype, np.floating) or not np.isfinite(stored_as).all():
        raise UserError(
            f"targets: recording {path} has activations of {activations.dtype} that are not all "
            "finite floats; record them as float32"
        )
    refuse_too_large(stored_as, f"targets: recording {path} has activations")
    return _rows(images), stored_as


def _rows(images: np.ndarray) -> np.ndarray:
    """What tells images apart: their pixels in steps of 1/65535, hashed, uint8 [n, 32]."""
    steps = np.round(np.asarray(images, np.float32) * _STEPS).astype(np.uint16)
    digests = [hashlib.sha256(one.tobytes()).digest() for one in steps]
    return np.frombuffer(b"".join(digests), np.uint8).reshape(-1, _HASH)
