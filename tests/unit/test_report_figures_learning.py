"""The figures of learning: the targets' accuracy, attackers' errors, and what each step brings."""

import numpy as np
import pandas as pd
import pytest
from figure_reading import legend_labels
from learning_histories import decoder, post, refine, target_history

from intercept.report.figures.learning import learning, with_share
from intercept.report.style import series

TARGETS = [f"target {number}" for number in range(8)]


def curves_of(histories, curves, targets=("a", "b"), references=()):
    if curves == "improvement":
        histories = with_share(histories)
    return learning(histories, curves, list(targets), dict(references))


def titles(figure):
    return [axes.get_title() for axes in figure.axes]


@pytest.mark.parametrize("targets", [1, 8])
def test_training_curves_draw_every_trained_target(targets):
    names = [*TARGETS[:targets], "untrained"]
    histories = pd.concat([target_history(name, n + 1) for n, name in enumerate(names[:-1])])
    figure = curves_of(histories, "training", names)
    assert titles(figure) == ["training set", "validation set"]
    train, validation = figure.axes
    assert len(train.lines) == len(validation.lines) == targets
    np.testing.assert_array_equal(train.lines[-1].get_ydata()[-1], targets / 20)
    looks = {(line.get_color(), line.get_linestyle()) for line in train.lines}
    assert len(looks) == targets
    assert legend_labels(figure) == names[:-1]


def test_a_target_keeps_its_colour_where_another_has_no_line():
    figure = curves_of(target_history("b", 2), "training")
    assert figure.axes[0].lines[0].get_color() == series(1)["color"]


def test_every_seed_has_its_line_and_every_target_one_name():
    histories = pd.concat([target_history("a", 2, seed) for seed in (1, 2, 3)])
    figure = curves_of(histories, "training")
    assert len(figure.axes[0].lines) == 3
    assert legend_labels(figure) == ["a"]


def test_attackers_images_learned_from_and_held_out_are_kept_apart():
    histories = pd.concat([make(name) for make in (post, decoder) for name in ("a", "b")])
    references = {"mse": 0.0625, "held_out_mse": 0.07}
    figure = curves_of(histories, "attackers", references=references)
    assert titles(figure) == [
        "post\nimages it learns from",
        "decoder\nimages it learns from",
        "decoder\nimages held out",
    ]
    for axes, error, reference in zip(
        figure.axes, ([0.53, 0.2], [0.1, 0.05], [0.09, 0.06]), (0.0625, 0.0625, 0.07), strict=True
    ):
        assert axes.get_yscale() == "log"
        *lines, mean_image = axes.lines
        assert [list(line.get_ydata()) for line in lines] == [error, error]
        assert list(mean_image.get_ydata()) == [reference, reference]
    assert legend_labels(figure) == ["a", "b", "mean image"]


def test_every_wire_has_panels_of_the_attackers_that_were_at_it():
    histories = [post("a", wire="one"), decoder("a", wire="one"), decoder("a", wire="two")]
    figure = curves_of(pd.concat(histories), "attackers")
    assert [title.partition("\n")[0] for title in titles(figure)] == [
        "post, cut at one",
        *["decoder, cut at one"] * 2,
        *["decoder, cut at two"] * 2,
    ]
    assert all(axes.lines for axes in figure.axes)


def test_panels_of_one_quantity_have_one_scale_that_shows_the_whole_of_their_lines():
    lower = decoder("a", wire="two").assign(mse=[0.02, 0.004], held_out_mse=[0.03, 0.02])
    better = refine("a", wire="two").assign(matching_loss=[1.0, 3.0], reciprocal_rank=[0.5, 0.9])
    figures = [
        curves_of(pd.concat([post("a", wire="one"), lower]), "attackers"),
        curves_of(pd.concat([refine("a", wire="one"), better]), "improvement"),
    ]
    for figure in figures:
        figure.draw_without_rendering()
        for axes in figure.axes:
            bottom, top = axes.get_ylim()
            for line in axes.lines:
                heights = line.get_ydata()
                assert bottom <= min(heights) and max(heights) < top, axes.get_title()
    assert len({axes.get_ylim() for axes in figures[0].axes}) == 1
    first, rank, second, _ = figures[1].axes
    assert first.get_ylim() == second.get_ylim() != rank.get_ylim()


def test_improvement_is_measured_against_the_start():
    histories = pd.concat([refine("a"), refine("b").assign(matching_loss=[8.0, 6.0])])
    figure = curves_of(histories, "improvement", references={"share": 1.0})
    share, rank = figure.axes
    assert share.get_ylabel() == "Matching loss, share of the start's"
    a, b, start = share.lines
    assert list(a.get_ydata()) == [1, 0.25]
    assert list(b.get_ydata()) == [1, 0.75]
    assert set(start.get_ydata()) == {1}
    assert list(rank.lines[0].get_ydata()) == [0.1, 0.2]
    assert list(rank.lines[0].get_xdata()) == [0, 1]
    assert share.get_ylim()[0] == rank.get_ylim()[0] == 0
    assert legend_labels(figure) == ["a", "b", "start"]


def test_an_activation_that_fits_from_the_start_has_no_share():
    figure = curves_of(refine("a").assign(matching_loss=[0.0, 0.0]), "improvement")
    assert titles(figure) == ["refine\nimages held out"]


def test_curves_of_nothing_are_refused():
    for histories, curves in (
        (target_history("a", 0), "training"),
        (post("a").iloc[:0], "attackers"),
        (refine("a").iloc[:0], "improvement"),
    ):
        with pytest.raises(ValueError, match="no history"):
            curves_of(histories, curves)
