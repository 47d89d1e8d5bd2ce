"""The main figure: baselines, attacks, intervals and rings between floor and ceiling."""

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from figure_reading import legend_labels
from leakage_table import ATTACKERS, TARGETS, table
from matplotlib.colors import to_hex
from report_rows import baselines, without

from intercept.metrics.over_seeds import half_width
from intercept.report.figures.identification import identification_curves
from intercept.report.figures.leakage_scale import SHARED, leakage_scale
from intercept.report.style import GREY, series


def drawn(axes, color, marker):
    """Where marks of full size stand: x values from the top of the axes."""
    lines = [
        line
        for line in axes.lines
        if line.get_marker() == marker
        and to_hex(line.get_color()) == to_hex(color)
        and line.get_markersize() >= 6
        and len(line.get_xdata()) == 1
    ]
    return [float(line.get_xdata()[0]) for line in lines]


def rings(axes):
    return [
        float(line.get_xdata()[0]) for line in axes.lines if line.get_markerfacecolor() == "none"
    ]


def intervals(axes, color):
    return [
        tuple(line.get_xdata())
        for line in axes.lines
        if line.get_marker() == "None"
        and to_hex(line.get_color()) == to_hex(color)
        and line.get_ydata()[0] == line.get_ydata()[-1]
    ]


def names_of(axes):
    return [label.get_text() for label in axes.get_yticklabels()]


def test_what_was_not_run_is_said_in_the_band_of_its_target():
    summary = table()
    figure = leakage_scale(summary, baselines(summary), {TARGETS[1]: ["refine: no gradients"]})
    (first, last), bottom = figure.axes[0].get_yticks()[-2:], figure.axes[0].get_ylim()[0]
    for axes in figure.axes:
        (said,) = [text for text in axes.texts if "not run" in text.get_text()]
        assert said.get_text() == "not run: refine: no gradients"
        assert (first + last) / 2 < said.xy[1] <= bottom + 1e-9
    assert not [
        text
        for text in leakage_scale(summary, baselines(summary)).axes[0].texts
        if "not run" in text.get_text()
    ]


def test_baselines_stand_above_the_targets_and_run_through_them():
    summary = table()
    figure = leakage_scale(summary, baselines(summary))
    skill, identified = figure.axes
    assert names_of(skill) == [*(name for name, _ in SHARED.values()), *TARGETS[:2]]
    assert drawn(skill, GREY, "d") == [0.62, 0.55, 0.11, 0.0, -0.21]
    assert drawn(identified, GREY, "d") == [0.93, 0.93, 0.93, 0.05, 0.05]
    through = [
        line
        for line in skill.lines
        if line.get_marker() == "None" and len(set(line.get_xdata())) == 1
    ]
    assert {float(line.get_xdata()[0]) for line in through} == {0.62, 0.55, 0.11, 0.0, -0.21}
    lowest = skill.get_ylim()[0]
    assert {float(line.get_ydata()[1]) for line in through} == {lowest}
    assert drawn(identified, GREY, "x") == [0.05, 0.05]  # one for each target


def test_every_attack_has_its_mark_and_its_interval():
    summary = table()
    skill, identified = leakage_scale(summary, baselines(summary)).axes
    blue = series(0)
    assert drawn(skill, blue["color"], blue["marker"]) == pytest.approx([0.11, 0.11])
    np.testing.assert_allclose(intervals(skill, blue["color"]), [(0.1, 0.12)] * 2)
    np.testing.assert_allclose(intervals(identified, blue["color"]), [(0.2, 0.22)] * 2)
    retrieval = series(ATTACKERS.index("retrieval"))
    assert drawn(skill, retrieval["color"], retrieval["marker"]) == []
    assert drawn(identified, retrieval["color"], retrieval["marker"]) == pytest.approx([0.41] * 2)
    assert identified.get_xscale() == "log"


def test_without_an_interval_there_is_a_mark_and_no_bar():
    summary = table()
    ends = [name for name in summary if name.endswith(("_low", "_high"))]
    summary[ends] = np.nan
    skill, _ = leakage_scale(summary, baselines(summary)).axes
    blue = series(0)
    assert len(drawn(skill, blue["color"], blue["marker"])) == 2
    assert intervals(skill, blue["color"]) == []


def test_values_off_the_axis_have_an_arrow_and_the_number():
    summary = table()
    summary["seen_images"] = 0
    summary.loc[1, "unseen_within_character"] = 0.0
    skill, identified = leakage_scale(summary, baselines(summary)).axes
    assert skill.get_xlim()[0] >= -0.35
    assert [text.get_text() for text in skill.texts] == ["−0.98", "−0.98"]
    assert [text.get_text() for text in identified.texts] == ["0.00%"]
    arrows = [line for line in skill.lines if line.get_marker() == "<"]
    assert len(arrows) == 2
    assert {to_hex(line.get_color()) for line in arrows} == {to_hex(series(2)["color"])}


def test_each_panel_rings_the_attacker_that_its_measure_chooses():
    summary = table(attackers=("post", "decoder", "refine"))
    skill, identified = leakage_scale(summary, baselines(summary)).axes
    assert rings(skill) == pytest.approx([0.16, 0.16])  # the decoder
    assert rings(identified) == pytest.approx([0.31, 0.31])  # refine


def test_seeds_have_small_marks_beside_their_mean():
    summary = table(seeds=(1, 2, 3))
    skill, _ = leakage_scale(summary, baselines(summary)).axes
    blue = series(0)
    assert drawn(skill, blue["color"], blue["marker"]) == pytest.approx([0.12, 0.12])
    small = [line for line in skill.lines if line.get_marker() == "o" and line.get_alpha()]
    np.testing.assert_allclose(small[0].get_xdata(), [0.11, 0.12, 0.13])
    assert small[0].get_markersize() < 6
    # Of the seeds, and of the images that they share.
    half = half_width(np.array([0.11, 0.12, 0.13]), (0.01 / 1.96) ** 2)
    ends = (0.12 - half, 0.12 + half)
    np.testing.assert_allclose(intervals(skill, blue["color"])[0], ends, atol=1e-5)


@pytest.mark.parametrize("attacker", ["post", "decoder", "retrieval"])
def test_one_attacker_alone_has_its_figure(attacker):
    summary = table(attackers=(attacker,))
    figure = leakage_scale(summary, baselines(summary))
    figure.draw_without_rendering()
    ringed = [] if attacker == "retrieval" else ["strongest on held-out images"]
    assert legend_labels(figure) == [attacker, "predicted class alone", *ringed]


def test_without_baselines_the_attacks_are_drawn_alone():
    summary = table()
    figure = leakage_scale(summary, baselines(summary).iloc[:0])
    assert names_of(figure.axes[0]) == list(TARGETS[:2])
    assert "predicted class alone" not in legend_labels(figure)


def test_seen_images_stand_in_where_none_is_unseen():
    summary = without(table(), "unseen")
    figure = leakage_scale(summary, baselines(summary))
    assert figure.get_suptitle().startswith("1,000 seen images")
    assert len(drawn(figure.axes[0], series(0)["color"], "o")) == 2
    none = without(summary, "seen")
    for draw in (leakage_scale, identification_curves):
        with pytest.raises(ValueError, match="no evaluation images"):
            draw(none, baselines(summary))


@pytest.mark.parametrize(("targets", "seeds"), [(2, (1,)), (8, (1, 2, 3))])
def test_the_scale_fits_on_a_page_and_no_words_collide(targets, seeds):
    summary = table(TARGETS[:targets], seeds=seeds)
    figure = leakage_scale(summary, baselines(summary))
    figure.draw_without_rendering()
    width, height = figure.get_size_inches()
    assert height < 1.4 * width  # A4
    labels = [label.get_window_extent() for label in figure.axes[0].get_yticklabels()]
    assert all(above.y0 >= below.y1 for above, below in pairwise(labels))
    assert min(label.x0 for label in labels) >= 0
    assert max(label.x1 for label in labels) <= figure.axes[0].get_window_extent().x0
    words = [axes.xaxis.label.get_window_extent() for axes in figure.axes]
    assert words[0].x1 < words[1].x0
    assert figure.legends[0].get_window_extent().y1 < min(word.y0 for word in words)


def test_a_wire_of_another_width_stands_beside_its_own_ceilings():
    summary = table()
    summary.loc[summary["target"] == TARGETS[1], "numbers"] = 8
    of = baselines(summary)
    narrow = (of["baseline"] == "autoencoder") & (of["numbers"] == 8)
    of.loc[narrow, ["unseen_skill", "unseen_skill_low", "unseen_skill_high"]] = (0.4, 0.39, 0.41)
    of = pd.concat([of, of[narrow].assign(numbers=512, unseen_skill=0.9)])  # of no wire here
    skill, _ = leakage_scale(summary, of).axes
    assert names_of(skill)[:4] == [
        *(f"autoencoder of the same width ({numbers})" for numbers in (8, 32)),
        *(f"principal components ({numbers})" for numbers in (8, 32)),
    ]
    assert names_of(skill)[-2:] == [f"{TARGETS[0]} (32)", f"{TARGETS[1]} (8)"]
    assert drawn(skill, GREY, "d")[:2] == [0.4, 0.62]
    upright = {
        float(line.get_xdata()[0]): sorted(line.get_ydata())
        for line in skill.lines
        if line.get_marker() == "None" and len(set(line.get_xdata())) == 1
    }
    assert 0.9 not in upright
    first, second = upright[0.62], upright[0.4]
    assert first[1] == pytest.approx(second[0])  # each runs through the band of its own target
    assert second[1] == pytest.approx(skill.get_ylim()[0])
    assert upright[0.0][0] < first[0]  # the mean image, through all
