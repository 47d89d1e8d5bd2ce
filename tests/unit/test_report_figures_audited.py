"""The figure of audits: what is stated and what was found stand where the numbers are."""

import numpy as np
import pandas as pd
import pytest

from intercept.report.figures.audited import audited

ROWS = pd.DataFrame(
    {
        "target": ["dp", "post", "no-dp"],
        "seed": [1, 1, 1],
        "epsilon": [76.5, np.nan, np.nan],
        "guesses": [300, 200, np.nan],
        "audited_any_mechanism": [5.4, 1.5, np.nan],
        "audited_this_mechanism": [14.8, np.nan, np.nan],
        "audited_outsider": [0.6, 0.0, np.nan],
        "audited_at_most": [5.78, 5.78, np.nan],
    }
)


def marks(figure):
    """Where each mark stands: (epsilon, row)."""
    (axes,) = figure.axes
    points = [line.get_xydata() for line in axes.lines if line.get_marker() != "None"]
    return {tuple(point) for line in points for point in line}


def test_audited_trainings_have_a_row_with_what_is_known_of_them():
    figure = audited(ROWS)
    assert marks(figure) == {(76.5, 0), (14.8, 0), (5.4, 0), (0.6, 0), (1.5, 1), (0.0, 1)}
    (axes,) = figure.axes
    assert [label.get_text() for label in axes.get_yticklabels()] == ["dp", "post"]
    left, right = axes.get_xlim()
    assert left < 0 and right == 100


@pytest.mark.parametrize("epsilon", [2.0, 3000.0])
def test_everything_stated_is_within_the_axis(epsilon):
    (axes,) = audited(ROWS.assign(epsilon=epsilon)).axes
    assert axes.get_xlim()[1] > epsilon


def test_several_seeds_are_told_apart():
    rows = pd.concat([ROWS[:1], ROWS[:1].assign(seed=2)])
    (axes,) = audited(rows).axes
    assert [label.get_text() for label in axes.get_yticklabels()] == ["dp, seed 1", "dp, seed 2"]
