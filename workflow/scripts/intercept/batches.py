"""Many rows in batches; scikit-learn has the same, and takes a second of every job to import."""

from collections.abc import Iterator


def gen_batches(count: int, size: int) -> Iterator[slice]:
    """Slices of `size` rows, the last with what is left, that cover `count` rows in turn.

    Args:
        count: how many rows there are, 0 or more.
        size: of a batch, 1 or more.
    """
    for first in range(0, count, size):
        yield slice(first, min(first + size, count))
