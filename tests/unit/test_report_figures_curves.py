"""The figures of learning: training curves, attackers' errors, and what each step brings."""

import numpy as np
import pandas as pd
import pytest
from figure_reading import legend_labels
from learning_histories import decoder, post, refine, target_history

from intercept.report.figures.attackers.drawing import attacker_curves
from intercept.report.figures.improvement.drawing import improvement
from intercept.report.figures.training.drawing import training_curves
from intercept.report.style import series

TARGETS = [f"target {number}" for number in range(8)]


@pytest.mark.parametrize("targets", [1, 8])
def test_training_curves_draw_every_trained_target(targets):
    names = [*TARGETS[:targets], "untrained"]
    histories = pd.concat([target_history(name, n + 1) for n, name in enumerate(names[:-1])])
    figure = training_curves(histories, names)
    train, validation = figure.axes
    assert len(train.lines) == len(validation.lines) == targets
    np.testing.assert_array_equal(train.lines[-1].get_ydata()[-1], targets / 20)
    looks = {(line.get_color(), line.get_linestyle()) for line in train.lines}
    assert len(looks) == targets
    assert legend_labels(figure) == names[:-1]


def test_a_target_keeps_its_colour_where_another_has_no_line():
    figure = training_curves(target_history("b", 2), ["a", "b"])
    assert figure.axes[0].lines[0].get_color() == series(1)["color"]


def test_every_seed_has_its_line_and_every_target_one_name():
    histories = pd.concat([target_history("a", 2, seed) for seed in (1, 2, 3)])
    figure = training_curves(histories, ["a"])
    assert len(figure.axes[0].lines) == 3
    assert legend_labels(figure) == ["a"]


def test_attacker_curves_keep_images_learned_from_and_held_out_apart():
    histories = pd.concat([make(name) for name in ("a", "b") for make in (post, decoder)])
    references = {"mse": 0.0625, "held_out_mse": 0.07}
    figure = attacker_curves(histories, ["a", "b"], references)
    assert [axes.get_title() for axes in figure.axes] == [
        "post:\nimages it learns from",
        "decoder:\nimages it learns from",
        "decoder:\nimages held out",
    ]
    for axes, error, reference in zip(
        figure.axes, ([0.53, 0.2], [0.1, 0.05], [0.09, 0.06]), (0.0625, 0.0625, 0.07), strict=True
    ):
        assert axes.get_yscale() == "log"
        *lines, mean_image = axes.lines
        assert [list(line.get_ydata()) for line in lines] == [error, error]
        assert list(mean_image.get_ydata()) == [reference, reference]
    assert legend_labels(figure) == ["a", "b", "mean image"]


def test_attacker_curves_of_the_post_alone():
    figure = attacker_curves(post("no-dp"), ["no-dp"], {})
    (axes,) = figure.axes
    assert len(axes.lines) == 1
    assert legend_labels(figure) == ["no-dp"]


def test_every_wire_has_its_row_of_panels():
    histories = pd.concat([post("a", wire=wire) for wire in ("one", "two")])
    titles = [axes.get_title() for axes in attacker_curves(histories, ["a"], {}).axes]
    assert titles == [f"post:\nimages it learns from\n(cut at {name})" for name in ("one", "two")]


def test_a_panel_of_an_attacker_that_was_not_at_a_wire_is_left_out():
    histories = [post("a", wire="one"), decoder("a", wire="one"), decoder("a", wire="two")]
    figure = attacker_curves(pd.concat(histories), ["a"], {"mse": 0.0625})
    figure.draw_without_rendering()
    shown = [axes for axes in figure.axes if axes.get_visible()]
    assert [axes.get_title().partition(":")[0] for axes in shown] == ["post", *["decoder"] * 4]
    first_of_two = shown[3]
    assert first_of_two.get_ylabel() == "MSE"
    assert any(label.get_visible() for label in first_of_two.get_yticklabels())

    histories = [refine("a", wire="one").assign(attacker="prior"), refine("a", wire="two")]
    histories.append(refine("a", wire="one"))
    figure = improvement(pd.concat(histories), ["a"])
    shown = [axes for axes in figure.axes if axes.get_visible()]
    assert len(shown) == 6 and all(axes.lines for axes in shown)
    labelled = [axes.get_ylabel().partition(",")[0] for axes in shown if axes.get_ylabel()]
    assert labelled == ["MatchingLoss of the activations", "Mean reciprocal rank"] * 2


def test_every_panel_shows_the_whole_of_its_lines():
    lower = decoder("a", wire="two").assign(mse=[0.02, 0.004], held_out_mse=[0.03, 0.02])
    better = refine("a", wire="two").assign(matching_loss=[1.0, 3.0], reciprocal_rank=[0.5, 0.9])
    rising = refine("a", wire="one").assign(attacker="prior", matching_loss=[1.0, 2.0])
    figures = [
        attacker_curves(pd.concat([post("a", wire="one"), lower]), ["a"], {}),
        improvement(pd.concat([refine("a", wire="one"), rising, better]), ["a"]),
    ]
    for figure in figures:
        figure.draw_without_rendering()
        for axes in figure.axes:
            bottom, top = axes.get_ylim()
            for line in axes.lines:
                heights = line.get_ydata()
                assert bottom <= min(heights) and max(heights) < top, axes.get_title()


def test_improvement_is_measured_against_the_start():
    histories = pd.concat([refine("a"), refine("b").assign(matching_loss=[8.0, 6.0])])
    matching_loss, rank = improvement(histories, ["a", "b"]).axes
    a, b, start = matching_loss.lines
    assert list(a.get_ydata()) == [1, 0.25]
    assert list(b.get_ydata()) == [1, 0.75]
    assert set(start.get_ydata()) == {1}
    assert list(rank.lines[0].get_ydata()) == [0.1, 0.2]
    assert list(rank.lines[0].get_xdata()) == [0, 1]
    assert matching_loss.get_ylim()[0] == rank.get_ylim()[0] == 0


def test_improvement_has_panels_for_each_attacker_and_wire():
    rows = [refine("a", wire=wire) for wire in ("one", "two")]
    rows += [row.assign(attacker="prior") for row in rows]
    figure = improvement(pd.concat(rows), ["a"])
    assert len(figure.axes) == 8
    titles = [axes.get_title() for axes in figure.axes if axes.get_title()]
    assert titles == [
        f"{attacker}\n(cut at {wire})"
        for wire in ("one", "two")
        for attacker in ("refine", "prior")
    ]


def test_an_activation_that_fits_from_the_start_has_no_share():
    histories = refine("a").assign(matching_loss=[0.0, 0.0])
    matching_loss, _ = improvement(histories, ["a"]).axes
    assert len(matching_loss.lines[0].get_ydata()) == 0


@pytest.mark.parametrize(
    "draw",
    [
        lambda: training_curves(target_history("a", 0), ["a"]),
        lambda: attacker_curves(post("a").iloc[:0], ["a"], {}),
        lambda: improvement(refine("a").iloc[:0], ["a"]),
    ],
)
def test_curves_of_nothing_are_refused(draw):
    with pytest.raises(ValueError, match="no history"):
        draw()
