"""Ranks of the true candidate: by hand, by brute force, and where many are equally far."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intercept.metrics import identification
from intercept.metrics.identification import Ranks, chance_within, ranks, reciprocal_rank, top


def points(*rows):
    """Images of 1×2 pixels."""
    return np.array(rows, np.float32).reshape(len(rows), 1, 2, 1)


def by_brute_force(answers, candidates, characters):
    """One distance at a time, by exact differences."""
    lists = {name: [] for name in Ranks.__dataclass_fields__}
    for k, answer in enumerate(answers.astype(np.float64)):
        distances = [np.sum((answer - other) ** 2) for other in candidates.astype(np.float64)]
        same = characters == characters[k]
        lists["nearer"].append(np.sum(distances < distances[k]))
        lists["equal"].append(np.sum(distances == distances[k]))
        lists["nearer_within"].append(np.sum((distances < distances[k]) & same))
        lists["equal_within"].append(np.sum((distances == distances[k]) & same))
        lists["drawings"].append(np.sum(same))
    return lists


def as_lists(found):
    assert all(array.dtype == np.int64 for array in vars(found).values())
    return {name: array.tolist() for name, array in vars(found).items()}


def test_ranks_by_hand():
    candidates = points([0, 1], [1, 1], [1, 0], [0, 1])
    answers = points([0, 0.5], [0.9, 0.1], [0.5, 0.5], [0, 1])
    # Squared distances to the candidates, the true one in brackets:
    # [0.25]  1.25    1.25    0.25
    #  1.62  [0.82]   0.02    1.62
    #  0.5    0.5    [0.5]    0.5
    #  0      1       2      [0]
    assert as_lists(ranks(answers, candidates, np.array([7, 3, 7, 3]))) == {
        "nearer": [0, 1, 0, 0],
        "equal": [2, 1, 4, 2],
        "nearer_within": [0, 0, 0, 0],
        "equal_within": [1, 1, 2, 1],
        "drawings": [2, 2, 2, 2],
    }


def test_perfect_answers_identify_everything():
    candidates = np.random.default_rng(0).random((40, 28, 28, 1), dtype=np.float32)
    found = ranks(candidates, candidates, np.arange(40) // 4)
    assert top(found.nearer, found.equal, 1).tolist() == [1] * 40
    assert reciprocal_rank(found.nearer, found.equal) == pytest.approx(1)


def test_a_constant_answer_is_at_chance():
    """Black and white candidates of which none is nearer to grey than another."""
    random = np.random.default_rng(0)
    candidates = random.integers(0, 2, (30, 105, 105, 1)).astype(np.float32)
    characters = np.repeat([0, 1, 2], [5, 10, 15])
    found = ranks(np.full_like(candidates, 0.5), candidates, characters)
    assert np.mean(top(found.nearer, found.equal, 1)) == pytest.approx(1 / 30)
    assert np.mean(top(found.nearer, found.equal, 5)) == pytest.approx(5 / 30)
    within = np.mean(top(found.nearer_within, found.equal_within, 1))
    assert within == pytest.approx(3 / 30) == chance_within(found.drawings)
    harmonic = sum(1 / rank for rank in range(1, 31))
    assert np.mean(reciprocal_rank(found.nearer, found.equal)) == pytest.approx(harmonic / 30)


def test_the_same_answer_for_all_images_is_at_chance():
    """Someone is nearest to it; that is one image in n."""
    random = np.random.default_rng(1)
    candidates = random.random((30, 28, 28, 1), dtype=np.float32)
    answers = np.repeat(random.random((1, 28, 28, 1), dtype=np.float32), 30, axis=0)
    found = ranks(answers, candidates, np.zeros(30, np.int64))
    assert sorted(found.nearer) == list(range(30)) and set(found.equal) == {1}


def test_duplicates_of_the_true_candidate_share_its_place():
    """Answers with distances that are no round numbers, in enough pixels for sums to differ."""
    random = np.random.default_rng(2)
    candidates = random.random((60, 105, 105, 1), dtype=np.float32)
    candidates[[17, 40, 59]] = candidates[3]
    answers = np.clip(candidates + random.normal(0, 0.2, candidates.shape), 0, 1)
    found = ranks(answers.astype(np.float32), candidates, np.arange(60) % 2)
    duplicates = np.isin(np.arange(60), [3, 17, 40, 59])
    assert found.equal.tolist() == np.where(duplicates, 4, 1).tolist()
    assert set(found.nearer) == {0}
    assert found.equal_within[[3, 17, 40, 59]].tolist() == [3, 3, 1, 3]
    assert top(found.nearer, found.equal, 1)[17] == 0.25


def test_candidates_that_differ_by_one_grey_level_are_told_apart():
    candidates = np.ones((2, 105, 105, 1), np.float32)
    candidates[1, 50, 50] = 254 / 255
    found = ranks(candidates, candidates, np.zeros(2, np.int64))
    assert found.equal.tolist() == [1, 1] and found.nearer.tolist() == [0, 0]


whole_pixels = st.lists(st.integers(0, 2), min_size=2, max_size=2)


@given(
    st.integers(1, 9).flatmap(
        lambda n: st.tuples(
            *[st.lists(whole_pixels, min_size=n, max_size=n)] * 2,
            st.lists(st.integers(5, 7), min_size=n, max_size=n),
        )
    )
)
@settings(max_examples=100, deadline=None, derandomize=True, database=None)
def test_ranks_are_the_brute_force_ones(drawn):
    """Few values, so that most draws have ties."""
    answers, candidates, characters = points(*drawn[0]), points(*drawn[1]), np.array(drawn[2])
    expected = by_brute_force(answers, candidates, characters)
    assert as_lists(ranks(answers, candidates, characters)) == expected


@pytest.mark.parametrize("block", [13, 65, 1000])
def test_blocks_do_not_change_the_ranks(block, monkeypatch):
    random = np.random.default_rng(3)
    candidates = random.integers(0, 2, (130, 4, 4, 1)).astype(np.float32)
    answers = np.round(np.clip(candidates + random.normal(0, 0.5, candidates.shape), 0, 1), 1)
    answers = (answers * 8).astype(np.float32) / 8  # eighths have exact squares
    characters = random.integers(0, 9, 130)
    monkeypatch.setattr(identification, "_BLOCK", block)
    found = as_lists(ranks(answers, candidates, characters))
    assert found == by_brute_force(answers, candidates, characters)
    assert min(found["nearer"]) == 0 < max(found["nearer"])


@given(st.integers(0, 30), st.integers(1, 20), st.integers(1, 40))
@settings(max_examples=100, deadline=None, derandomize=True, database=None)
def test_scores_are_means_over_the_places_of_equal_candidates(nearer, equal, k):
    places = np.arange(nearer + 1, nearer + equal + 1)
    one = np.array([nearer]), np.array([equal])
    assert top(*one, k) == pytest.approx([np.mean(places <= k)])
    assert reciprocal_rank(*one) == pytest.approx([np.mean(1 / places)], rel=1e-9)


def test_reciprocal_rank_is_exact_for_many_candidates():
    nearer, equal = np.array([0, 31_199, 31_199, 0]), np.array([1, 1, 2, 31_200])
    harmonic = np.sum(1 / np.arange(1, 31_201))
    expected = [1, 1 / 31_200, (1 / 31_200 + 1 / 31_201) / 2, harmonic / 31_200]
    assert reciprocal_rank(nearer, equal) == pytest.approx(expected, rel=1e-9)


def test_chance_within_by_hand():
    assert chance_within(np.array([2, 2, 1, 4, 4, 4, 4])) == pytest.approx((1 + 1 + 1) / 7)


@pytest.mark.parametrize("where", ["answers", "candidates"])
@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_what_is_not_finite_is_refused(where, value):
    given = {name: np.ones((3, 2), np.float32) for name in ("answers", "candidates")}
    given[where][1, 0] = value
    with pytest.raises(ValueError, match="not finite"):
        ranks(**given, characters=np.arange(3))
