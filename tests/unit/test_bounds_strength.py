"""The weakest defence that promises what is asked for."""

import numpy as np
import pytest
from scipy.stats import norm

from intercept.bounds.promise import message_promise, noise_promise
from intercept.bounds.strength import largest_ratio, most_messages


@pytest.mark.parametrize("equal_norms", [False, True])
@pytest.mark.parametrize("dimensions", [2, 8, 32, 512])
@pytest.mark.parametrize(
    ("identified", "among"), [(0.05, 20_000), (0.3, 2120), (0.06, 20), (0.97, 20), (0.001, 1001)]
)
def test_the_promise_meets_what_is_asked_from_below(identified, among, dimensions, equal_norms):
    ratio = largest_ratio(identified, among, dimensions, equal_norms)
    promised = float(noise_promise(among, ratio, dimensions, equal_norms))
    assert 0.99 * identified <= promised <= identified


@pytest.mark.parametrize("dimensions", [4096, 10_816, 200_704])
@pytest.mark.parametrize(("identified", "among"), [(0.1, 20_000), (0.7, 20), (0.1, 100)])
def test_many_dimensions_have_the_ratio_of_any_number(identified, among, dimensions):
    ratio = largest_ratio(identified, among, dimensions)
    any_number = norm.ppf(identified) - norm.ppf(1 / among)
    assert any_number * (1 - 1e-5) <= ratio <= any_number * 1.01
    assert noise_promise(among, ratio, dimensions) <= identified


@pytest.mark.parametrize(("identified", "dimensions"), [(0.1, 2), (0.1, 8), (0.5, 8)])
def test_no_best_rule_gets_more_than_was_asked_for(identified, dimensions):
    """Candidates spread over the sphere, of which the nearest is named: the optimum there."""
    among, random = 300, np.random.default_rng(6)
    ratio = largest_ratio(identified, among, dimensions, equal_norms=True)
    points = random.normal(size=(among, dimensions))
    points *= ratio / np.linalg.norm(points, axis=1, keepdims=True)
    hits = []
    for _ in range(40):
        read = points + random.normal(size=points.shape)
        distances = np.square(read).sum(1)[:, None] - 2 * read @ points.T + ratio**2
        hits.append(np.argmin(distances, axis=1) == np.arange(among))
    rate, error = np.mean(hits), np.std(hits) / np.sqrt(np.size(hits))
    assert identified / 3 < rate < identified + 3 * error


@pytest.mark.parametrize(
    ("identified", "among", "messages"),
    [
        (0.05, 20_000, 1000),
        (0.01, 2000, 20),
        (0.29, 100, 29),
        (0.0299, 2120, 63),
        (0.3, 10, 3),
        (0.001, 999, 0),
    ],
)
def test_messages_are_the_most_that_promise_it(identified, among, messages):
    assert most_messages(identified, among) == messages
    if messages:
        assert message_promise(among, np.log2(messages)) <= identified
    assert message_promise(among, np.log2(messages + 1)) > identified


def test_what_guessing_has_is_refused():
    with pytest.raises(ValueError, match=r"0.05 among 20 is what guessing has"):
        largest_ratio(0.05, 20, 8)
