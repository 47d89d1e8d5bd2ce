"""Images as they are held, in 8 bits where they came so, and as they are computed with."""

import math
from collections.abc import Sequence

import numpy as np

from intercept.arrays.batches import gen_batches

_NUMBERS = 2**22  # that are float32 at a time
_ROUNDING = 0.001  # TensorFlow's weights of red, green and blue sum to 0.9999


class StoredImages:
    """Images that are taken out as float32 in [0, 1], and take a quarter of that in memory.

    Args:
        stored: [n, height, width, channels]: uint8, of which 255 is 1; bool; or float32 in [0, 1].
        rows: int64 [m], which of them these are; None for all.

    Raises:
        TypeError: they are of another type, whose scale is not known.
    """

    def __init__(self, stored: np.ndarray, rows: np.ndarray | None = None) -> None:
        if stored.dtype not in (np.uint8, np.bool_, np.float32):
            raise TypeError(f"images of {stored.dtype}; allowed are uint8, bool and float32")
        self._stored, self._rows = stored, rows

    def __len__(self) -> int:
        return len(self._stored if self._rows is None else self._rows)

    @property
    def shape(self) -> tuple[int, ...]:
        """(n, height, width, channels)."""
        return (len(self), *self._stored.shape[1:])

    @property
    def stored(self) -> np.ndarray:
        """As they are held."""
        return self._stored if self._rows is None else self._stored[self._rows]

    def __getitem__(self, which: int | slice | list[int] | np.ndarray) -> np.ndarray:
        """float32 in [0, 1] of one, or of those that a slice, indices or a mask pick.

        Raises:
            TypeError: there are several indices; what is wanted of images is asked of what comes.
        """
        if not isinstance(which, int | np.integer | slice | list | np.ndarray):
            raise TypeError("images are taken by one index, such as images[:][:, 0]")
        rows = which if self._rows is None else self._rows[which]
        taken = self._stored[rows]
        if taken.dtype == np.uint8:
            return taken / np.float32(255)
        return taken.astype(np.float32, copy=False)

    def __array__(self, dtype: np.dtype | None = None) -> np.ndarray:
        """All of them, for NumPy: float32 unless asked otherwise."""
        return self[:].astype(dtype or np.float32, copy=False)

    def select(self, which: slice | np.ndarray) -> "StoredImages":
        """Those that a slice, indices or a mask pick; what is held is not copied."""
        if isinstance(which, slice) and self._rows is None:
            return StoredImages(self._stored[which])
        rows = np.arange(len(self._stored)) if self._rows is None else self._rows
        return StoredImages(self._stored, rows[which])

    def batches(self, most: int = 256) -> list[slice]:
        """Slices that cover all, of so many images at most, or fewer where these are large."""
        return list(gen_batches(len(self), images_at_once(self.shape[1:], most)))

    def mean_image(self) -> np.ndarray:
        """float32 [height, width, channels]."""
        total = np.zeros(self.shape[1:])
        for batch in self.batches():
            total += self[batch].sum(axis=0, dtype=np.float64)
        return (total / len(self)).astype(np.float32)

    def mean_value(self) -> float:
        """The mean over all pixels and channels."""
        total = sum(self[batch].sum(dtype=np.float64) for batch in self.batches())
        return float(total / math.prod(self.shape))

    def is_binary(self) -> bool:
        """Whether every pixel is 0 or 1, but for the rounding of a conversion to greys."""
        if self._stored.dtype == np.bool_:
            return True
        parts = (self[batch] for batch in self.batches())
        return all(np.all(np.abs(part - np.round(part)) < _ROUNDING) for part in parts)


# Images that are given to be compared or shown; both are float32 in [0, 1] where they are taken.
ImageArray = np.ndarray | StoredImages


def joined(parts: Sequence[StoredImages]) -> StoredImages:
    """Those of several parts behind one another; all parts are held in one type."""
    return StoredImages(np.concatenate([part.stored for part in parts]))


def as_held(images: np.ndarray, held_in: np.dtype | type) -> np.ndarray:
    """Images float32 in [0, 1] as they are held in one of the types of `StoredImages`."""
    if held_in == np.bool_:
        return images > 0.5
    if held_in == np.uint8:
        return np.rint(255 * images).astype(np.uint8)
    return images


def images_at_once(shape: tuple[int, ...], most: int, numbers: int = _NUMBERS) -> int:
    """How many images of a shape to hold in float32: `most`, or so few that they have no more
    `numbers` than that."""
    return max(1, min(most, numbers // max(1, math.prod(shape))))
