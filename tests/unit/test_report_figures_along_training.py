"""Leakage along the training: a line for each training through its checkpoints."""

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from figure_reading import inside, legend_labels
from matplotlib.colors import to_hex
from report_rows import accuracy, baselines, row, without

from intercept.report.figures.along_training import along_training
from intercept.report.style import series

EPOCHS = (0, 1, 2, 5, 10, 20)
TRAININGS = [
    f"{kind}-noise-{noise}" for kind in ("clipped", "unclipped") for noise in (0, 0.3, 0.5, 0.7)
]


def attacks(trainings=TRAININGS, seeds=(1,), wires=("mobile_output",), epochs=EPOCHS):
    """Identification and accuracy that rise with the epochs; a weaker attacker beside."""
    rows = []
    for number, training in enumerate(trainings):
        for seed in seeds:
            for wire in wires:
                for epoch in epochs:
                    last = epoch == max(epochs)
                    within = 0.1 + 0.02 * epoch + 0.02 * number + 0.01 * seed
                    place = {
                        "target": training if last else f"{training}-epoch-{epoch}",
                        "training": training,
                        "seed": seed,
                        "wire": wire,
                        "target_epochs": epoch,
                        **accuracy("server_accuracy", 0.05 + 0.03 * epoch),
                    }
                    for attacker, better in (("contrastive", within), ("post", 0.9)):
                        judged = {"within_character": better if attacker == "contrastive" else 0}
                        rows.append(
                            row(
                                attacker=attacker,
                                unseen={"within_character": better},
                                seen={"within_character": better},
                                held_out=judged,
                                **place,
                            )
                        )
    return pd.DataFrame(rows)


def curves(axes, index):
    """The lines of one training: x and y."""
    look = series(index)
    return [
        (list(line.get_xdata()), list(line.get_ydata()))
        for line in axes.lines
        if to_hex(line.get_color()) == to_hex(look["color"])
        and line.get_linestyle() == look["linestyle"]
        and len(line.get_xdata()) > 2
    ]


def test_each_training_is_a_line_of_its_strongest_attacker_through_its_checkpoints():
    summary = attacks(TRAININGS[:2])
    top, below = along_training(summary, baselines(summary), TRAININGS[:2]).axes
    for index in range(2):
        ((epochs, within),) = curves(top, index)
        assert epochs == list(EPOCHS)
        expected = 0.1 + 0.02 * np.array(EPOCHS) + 0.02 * index + 0.01
        np.testing.assert_allclose(within, expected)  # not the post's, whatever it scores
        ((epochs, right),) = curves(below, index)
        np.testing.assert_allclose(right, 0.05 + 0.03 * np.array(EPOCHS))


def test_one_seed_has_bars_and_several_have_marks():
    bars, marks = (
        along_training(summary, baselines(summary), TRAININGS[:1]).axes[0]
        for summary in (attacks(TRAININGS[:1]), attacks(TRAININGS[:1], seeds=(1, 2, 3)))
    )
    upright = [line for line in bars.lines if len(line.get_xdata()) == 2 and line.get_alpha()]
    assert len(upright) == len(EPOCHS)
    np.testing.assert_allclose(np.ptp(upright[0].get_ydata()), 0.02)
    small = [line for line in marks.lines if line.get_markersize() == 3]
    assert len(small) == 3 * len(EPOCHS)
    assert not [line for line in marks.lines if len(line.get_xdata()) == 2 and line.get_alpha()]
    np.testing.assert_allclose(curves(marks, 0)[0][1][0], 0.12)  # the mean of 0.11, 0.12, 0.13


def test_a_training_without_checkpoints_is_not_drawn():
    summary = pd.concat([attacks(TRAININGS[:1]), pd.DataFrame([row("other")])])
    figure = along_training(summary, baselines(summary), TRAININGS[:1])
    assert legend_labels(figure) == [TRAININGS[0], "guessing"]
    with pytest.raises(ValueError, match="no attack on a checkpoint"):
        along_training(pd.DataFrame([row("a")]), baselines(summary), ["a"])
    with pytest.raises(ValueError, match="no attack on a checkpoint"):
        nothing = without(without(summary, "unseen"), "seen")
        along_training(nothing, baselines(summary), TRAININGS[:1])


def test_every_wire_has_its_panels_and_seen_images_stand_in():
    summary = without(attacks(TRAININGS[:2], wires=("near", "far")), "unseen")
    figure = along_training(summary, baselines(summary), TRAININGS[:2])
    assert [axes.get_title() for axes in figure.axes] == ["Cut at near", "Cut at far", "", ""]
    assert figure.get_suptitle().startswith("Leakage of 1,000 seen images")


def test_epochs_that_lie_too_close_are_not_all_named():
    summary = attacks(TRAININGS[:1], epochs=(*range(0, 40), 100))
    figure = along_training(summary, baselines(summary), TRAININGS[:1])
    figure.draw_without_rendering()
    labels = [label.get_window_extent() for label in figure.axes[1].get_xticklabels()]
    assert len(labels) > 6
    assert all(one.x1 < other.x0 for one, other in pairwise(labels))


def test_all_words_are_on_the_paper():
    summary = attacks()
    figure = along_training(summary, baselines(summary), TRAININGS)
    figure.draw_without_rendering()
    words = [label for axes in figure.axes for label in (axes.xaxis.label, axes.yaxis.label)]
    assert inside(figure, [*words, figure.legends[0]])
