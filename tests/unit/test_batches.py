"""Batches, beside scikit-learn's."""

import pytest
from sklearn.utils import gen_batches as theirs

from intercept.batches import gen_batches


@pytest.mark.parametrize("count", [1, 5, 6, 7, 12])
@pytest.mark.parametrize("size", [1, 6, 100])
def test_they_cover_every_row_once(count, size):
    assert list(gen_batches(count, size)) == list(theirs(count, size))


def test_no_rows_are_no_batches():
    assert list(gen_batches(0, 6)) == []
