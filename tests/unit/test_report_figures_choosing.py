"""Which images of many a figure shows."""

import numpy as np

from intercept.report.figures import choosing


def test_a_draw_repeats_itself_and_is_of_the_candidates():
    candidates = np.arange(100, 200)
    first, drawn = choosing.first_and_drawn(candidates, seed=3)
    again = choosing.first_and_drawn(candidates, seed=3)[1]
    other = choosing.first_and_drawn(candidates, seed=4)[1]
    np.testing.assert_array_equal(first, candidates[:8])
    np.testing.assert_array_equal(drawn, again)
    assert len(set(drawn)) == 8
    assert set(drawn) <= set(candidates)
    assert list(drawn) == sorted(drawn)
    assert set(other) != set(drawn)
    assert [len(part) for part in choosing.first_and_drawn(candidates[:3], 3)] == [3, 3]


def test_the_best_the_middle_and_the_worst_are_known():
    scores = np.array([0.3, 0.9, 0.1, 0.5, 0.7, 0.2, 0.8])
    np.testing.assert_array_equal(choosing.best_median_worst(scores, 1), [1, 3, 2])
    np.testing.assert_array_equal(choosing.best_median_worst(scores, 2), [1, 6, 4, 3, 5, 2])
    np.testing.assert_array_equal(choosing.best_median_worst(scores[:1], 4), [0, 0, 0])


def test_unseen_images_are_judged_by_where_there_are_any():
    index, group = choosing.to_judge_by(np.array([True, False, False]))
    assert (list(index), group) == ([1, 2], "unseen")
    index, group = choosing.to_judge_by(np.array([True, True]))
    assert (list(index), group) == ([0, 1], "seen")
