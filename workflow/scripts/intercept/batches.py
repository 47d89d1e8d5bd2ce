"""Many rows in batches; scikit-learn has the same, and takes a second of every job to import."""

from collections.abc import Callable, Iterator
from typing import Any, Protocol

import numpy as np


class Rows(Protocol):
    """What gives float32 rows by slices: an array, or `intercept.stored_images.StoredImages`."""

    def __len__(self) -> int: ...

    def __getitem__(self, which: slice) -> np.ndarray: ...


def gen_batches(count: int, size: int) -> Iterator[slice]:
    """Slices of `size` rows, the last with what is left, that cover `count` rows in turn.

    Args:
        count: how many rows there are, 0 or more.
        size: of a batch, 1 or more.
    """
    for first in range(0, count, size):
        yield slice(first, min(first + size, count))


def in_batches(compute: Callable[[np.ndarray], Any], inputs: Rows, size: int) -> np.ndarray:
    """What is computed for inputs [n, ...], n at least 1, batch by batch: float32 [n, ...].

    Args:
        compute: from a batch to a tensor, such as a Keras model, which is then in inference mode;
            nothing is traced for it.
        inputs: what it is asked.
        size: of a batch, 1 or more.
    """
    first, *others = gen_batches(len(inputs), size)
    computed = np.asarray(compute(inputs[first]))
    if not others:
        return computed
    # Joined in the end they would take twice the memory, which of photographs is gigabytes.
    together = np.empty((len(inputs), *computed.shape[1:]), computed.dtype)
    together[first] = computed
    for batch in others:
        together[batch] = compute(inputs[batch])
    return together
