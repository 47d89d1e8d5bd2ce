"""Many rows in batches; scikit-learn has the same, and takes a second of every job to import."""

from collections.abc import Callable, Iterator
from typing import Any, Protocol

import numpy as np


class Rows(Protocol):
    """What gives float32 rows by slices: an array, or the `StoredImages` of this package."""

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
    together = np.empty(0, np.float32)
    for batch in gen_batches(len(inputs), size):
        computed = compute(inputs[batch])
        if not together.size:  # joined in the end the parts would take the memory of all twice
            together = np.empty((len(inputs), *computed.shape[1:]), np.float32)
        together[batch] = computed
    return together
