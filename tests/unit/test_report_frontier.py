"""Wires set beside each other in accuracy and leakage, and the figures of them."""

import numpy as np
import pandas as pd
import pytest
from figure_reading import legend_labels
from report_pages import sentences
from report_rows import accuracy, baselines, dp_row, limits, noisy_row, row

from intercept.report.figures.bounds.drawing import bounds
from intercept.report.figures.frontier.drawing import frontier
from intercept.report.frontier import pareto, undefended
from intercept.report.verdict import wires


def table(*rows):
    return pd.DataFrame(rows)


def tuned(value):
    return accuracy("fine_tuned_accuracy", value, width=0.01)


def leaking(target, accuracy, within, **changed):
    return row(target=target, unseen={"within_character": within}, **tuned(accuracy), **changed)


def rebuilt(wire):
    return wire.verdicts["within_character"].attacks["rebuilds"]


def test_the_front_has_what_no_other_beats():
    everything = wires(
        table(
            leaking("best", 0.9, 0.5),
            leaking("beaten", 0.8, 0.6),
            leaking("as accurate and leaks more", 0.9, 0.7),
            leaking("worse and leaks less", 0.5, 0.2),
            leaking("worse and leaks as much", 0.4, 0.2),
            leaking("unknown", 0.95, np.nan, held_out={"within_character": np.nan}),
        ),
        "unseen",
    )
    assert [one.target for one in pareto(everything, rebuilt)] == ["worse and leaks less", "best"]
    assert pareto([], rebuilt) == []


def test_wires_behind_a_defence_are_kept_from_the_headline():
    rows = table(row(), noisy_row(2))
    assert list(undefended(rows)["wire"]) == ["mobile_output"]
    assert len(undefended(rows.iloc[1:])) == 1  # nothing else is there


def test_the_page_says_what_was_seen_behind_defences_and_compares_nothing():
    rows = [
        row(unseen={"within_character": 0.61}),
        noisy_row(2, within=0.2, tuned=0.4),
        noisy_row(2, within=0.55, tuned=0.4, attacker="retrieval"),
    ]
    said = sentences(rows)[1]["Defences of no-dp at mobile_output"]
    assert said == (
        "Accuracy of the server part, fine-tuned to the wire, and identification within the "
        "character, one input at a time: undefended 73.2% right, 61.0% (60.0 to 62.0%; "
        "decoder) by the strongest attack, 100.0% possible among these candidates, none "
        "promised for any; behind noise-2 40.0% right, 55.0% (54.0 to 56.0%; retrieval) by "
        "the strongest attack, 57.0% possible among these candidates, 64.0% promised for any."
    )
    assert list(sentences([row()])[1]) == ["The leak", "Seen images", "Ceilings", "Seeds"]


@pytest.fixture
def study():
    rows = [
        *(leaking(f"t{number}", 0.05 * number, 0.9 - 0.05 * number) for number in range(1, 5)),
        noisy_row(4, within=0.3, optimum=0.7, promise=0.98, tuned=0.4),
        noisy_row(2, within=0.2, optimum=0.25, tuned=0.2),
        row(wire="earlier", unseen={"within_character": 0.95}),
    ]
    return table(*rows)


def test_the_frontier_has_a_row_of_panels_for_each_cut_layer(study):
    figure = frontier(study, baselines(study))
    assert len(figure.axes) == 4
    assert [axes.get_ylabel() for axes in figure.axes[::2]] == [
        "Cut at mobile_output",
        "Cut at earlier",
    ]
    for panel in figure.axes[:2]:
        assert [text.get_text() for text in panel.texts] == ["1", "2", "3", "4", "5", "5"]
    labels = legend_labels(figure)
    assert labels[:3] == ["no defence at the wire", "noise-4", "noise-2"]
    assert "5 no-dp" in labels
    assert not any("not private" in label for label in labels)


def marks(axes, marker):
    """What stands at the marks of a kind, in their order."""
    lines = [line for line in axes.lines if line.get_marker() == marker]
    return [(line.get_xdata()[0], line.get_ydata()[0]) for line in lines]


def test_the_frontier_has_who_must_rebuild_beside_who_has_the_candidates(study):
    left, right, *_ = frontier(study, baselines(study)).axes
    assert left.get_title().startswith("Who has to rebuild")
    assert right.get_title().startswith("Who has the candidates")
    assert marks(left, "s") == [(0.4, 0.3)]  # noise-4
    assert marks(right, "s") == [(0.4, 0.7)]


def test_the_frontier_compares_wires_by_the_attackers_that_all_met():
    rows = [
        leaking("a", 0.9, 0.4),
        leaking("a", 0.9, 0.8, attacker="contrastive", held_out={"within_character": 0.99}),
        leaking("b", 0.8, 0.3),
        dp_row(0.7, attacker="prior", unseen={"within_character": 0.1}, **tuned(0.5)),
    ]
    figure = frontier(table(*rows), baselines(table(*rows)))
    left, right = figure.axes
    assert marks(left, "o") == [(0.9, 0.4), (0.8, 0.3)]  # the last met no decoder
    assert len(marks(right, "o")) == 3
    labels = legend_labels(figure)
    assert "3 dp-noise-0.7‡" in labels and "1 a" in labels
    assert "‡ not private after fine-tuning" in labels


def test_the_frontier_needs_evaluation_images(study):
    study[["unseen_images", "seen_images"]] = 0
    with pytest.raises(ValueError, match="no evaluation images"):
        frontier(study, baselines(study))


def test_attack_optimum_and_promise_stand_over_the_ratio(study):
    both = limits(within=(0.25, 0.62), top1=(0.04, 0.07))
    found = noisy_row(2, within=0.24, attacker="retrieval", tuned=0.2, **both)
    linked = noisy_row(2, within=0.5, attacker="linkage", tuned=0.2, **both)
    study = table(*study.to_dict("records"), found, linked)
    study.loc[study["defence"] == "noise-2", list(both)] = list(both.values())
    within, among = bounds(study).axes
    filled = [one for one in within.lines if one.get_marker() == "o"]
    shown = sorted((line.get_xdata()[0], line.get_ydata()[0]) for line in filled)
    # The attack that got most of one input stands for its wire; linking is another matter.
    assert shown == [(2, 0.24), (2, 0.25), (4, 0.3), (4, 0.7)]
    open_marks = [line for line in filled if line.get_markerfacecolor() == "white"]
    assert sorted(line.get_ydata()[0] for line in open_marks) == [0.25, 0.7]
    assert sorted(marks(within, "_")) == [(2, 0.62), (4, 0.98)]
    assert sorted(marks(among, "_")) == [(2, 0.07), (4, 0.1)]


def test_without_noise_there_is_nothing_to_draw():
    with pytest.raises(ValueError, match="no noisy wire"):
        bounds(table(row()))
