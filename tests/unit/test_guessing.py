"""Whether an accuracy is above guessing, against SciPy's own binomial test."""

import pytest
from scipy.stats import binomtest

from intercept.guessing import beats_guessing


@pytest.mark.parametrize("images", [1, 20, 100, 2180])
@pytest.mark.parametrize("share", [0.05, 0.3, 0.9])
def test_it_is_the_exact_binomial_test(images, share):
    for right in range(0, images + 1, max(1, images // 40)):
        p_value = binomtest(right, images, share, alternative="greater").pvalue
        assert beats_guessing(right / images, share, images) == (p_value < 0.01)


def test_of_one_class_alone_nobody_knows_more_than_guessing():
    assert not beats_guessing(1.0, 1.0, 50)
    assert beats_guessing(1.0, 0.99, 2000)
    assert not beats_guessing(0.12, 0.1, 100)
    assert beats_guessing(0.97, 0.1, 100)
