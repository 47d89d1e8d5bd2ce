"""The curves of identification by the k-th candidate."""

import numpy as np
import pytest
from figure_reading import legend_labels
from leakage_table import TARGETS, scores_of, small, table
from report_rows import without

from intercept.metrics.leakage import identification_curve
from intercept.report.figures.identification import identification_curves
from intercept.report.strongest import strongest
from intercept.report.style import GREY, series


def curve_of(axes, color, linestyle):
    (line,) = [
        line
        for line in axes.lines
        if line.get_color() == color
        and line.get_linestyle() == linestyle
        and len(line.get_xdata()) > 2
    ]
    return line


def test_curves_are_those_of_the_strongest_attacker_and_of_retrieval():
    summary = small(table())
    scores = scores_of(summary)
    unseen, seen = identification_curves(summary, scores).axes
    chosen = strongest(summary, "top1")
    assert list(chosen["attacker"]) == ["prior", "prior"]
    for axes, group in ((unseen, "unseen"), (seen, "seen")):
        for index, target in enumerate(TARGETS[:2]):
            for attacker, style in (("prior", "-"), ("retrieval", ":")):
                line = curve_of(axes, series(index)["color"], style)
                of_attack = scores[
                    scores["target"].eq(target)
                    & scores["attacker"].eq(attacker)
                    & scores["group"].eq(group)
                ]
                ranks = line.get_xdata()
                assert (ranks[0], ranks[-1]) == (1, 40)
                expected = identification_curve(
                    of_attack["nearer"].to_numpy(), of_attack["equal"].to_numpy(), ranks
                )
                np.testing.assert_allclose(line.get_ydata(), expected)
        chance = curve_of(axes, GREY, "--")
        np.testing.assert_allclose(chance.get_ydata(), chance.get_xdata() / 40)


def test_curves_are_means_over_the_seeds():
    summary = small(table(TARGETS[:1], ("decoder",), seeds=(1, 2)))
    scores = scores_of(summary)
    axes = identification_curves(summary, scores).axes[0]
    line = curve_of(axes, series(0)["color"], "-")
    unseen = scores[scores["group"] == "unseen"]
    # Seeds have as many images, so that the mean of their shares is the share of all.
    expected = identification_curve(
        unseen["nearer"].to_numpy(), unseen["equal"].to_numpy(), line.get_xdata()
    )
    np.testing.assert_allclose(line.get_ydata(), expected)


def test_curves_have_intervals_at_one_and_at_five():
    summary = small(table(TARGETS[:1]))
    axes = identification_curves(summary, scores_of(summary)).axes[0]
    bars = [line for line in axes.lines if len(line.get_xdata()) == 2]
    found = {round(float(bar.get_xdata()[0])): list(bar.get_ydata()) for bar in bars}
    assert found == {1: pytest.approx([0.25, 0.27]), 5: pytest.approx([0.535, 0.555])}


def test_curves_have_a_panel_for_each_group_with_images():
    summary = without(small(table()), "seen")
    figure = identification_curves(summary, scores_of(summary, ("unseen",)))
    (axes,) = figure.axes
    assert axes.get_title() == "Images the adversary never saw\n(40 candidates)"
    assert legend_labels(figure) == [
        "no-dp (prior)",
        "dp-noise-0.7 (prior)",
        "the same targets, retrieval",
        "guessing",
    ]


@pytest.mark.parametrize("attacker", ["post", "retrieval"])
def test_curves_of_one_attacker_alone(attacker):
    summary = small(table(attackers=(attacker,)))
    figure = identification_curves(summary, scores_of(summary))
    named = [target + (" (post)" if attacker == "post" else "") for target in TARGETS[:2]]
    ranking = ["the same targets, retrieval"] if attacker == "retrieval" else []
    assert legend_labels(figure) == [*named, *ranking, "guessing"]
