"""Batches, beside scikit-learn's."""

import numpy as np
import pytest
from sklearn.utils import gen_batches as theirs

from intercept.arrays.batches import gen_batches, in_batches


@pytest.mark.parametrize("count", [1, 5, 6, 7, 12])
@pytest.mark.parametrize("size", [1, 6, 100])
def test_they_cover_every_row_once(count, size):
    assert list(gen_batches(count, size)) == list(theirs(count, size))


def test_no_rows_are_no_batches():
    assert list(gen_batches(0, 6)) == []


@pytest.mark.parametrize("size", [1, 4, 7, 100])
def test_what_is_computed_batch_by_batch_is_what_is_computed_at_once(size):
    rows = np.random.default_rng(0).random((7, 3), dtype=np.float32)
    found = in_batches(lambda some: np.outer(some.sum(axis=1), [1, 2]), rows, size)
    np.testing.assert_allclose(found, np.outer(rows.sum(axis=1), [1, 2]), rtol=1e-6)
    assert found.dtype == np.float32
    found[...] = 0  # its own, and not what a library holds
