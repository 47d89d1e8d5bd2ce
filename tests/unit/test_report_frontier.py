"""Wires set beside each other in accuracy and leakage, and the figure of them."""

import numpy as np
import pandas as pd
import pytest
from figure_reading import legend_labels
from report_rows import accuracy, baselines, dp_row, noisy_row, row

from intercept.bounds.class_code import limit_line
from intercept.report.figures.frontier import frontier
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


@pytest.fixture
def study():
    rows = [
        *(leaking(f"t{number}", 0.05 * number, 0.9 - 0.05 * number) for number in range(1, 5)),
        noisy_row(4, within=0.3, optimum=0.7, promise=0.98, tuned=0.4),
        noisy_row(2, within=0.2, optimum=0.25, tuned=0.2),
        row(wire="earlier", unseen={"within_character": 0.95}),
    ]
    return table(*rows)


def marks(axes, marker):
    """What stands at the filled marks of a kind, in their order."""
    lines = [
        line
        for line in axes.lines
        if line.get_marker() == marker and line.get_markerfacecolor() != "white"
    ]
    return [(line.get_xdata()[0], line.get_ydata()[0]) for line in lines]


def test_the_frontier_has_a_panel_for_each_cut_layer(study):
    figure = frontier(study, baselines(study))
    assert [axes.get_title() for axes in figure.axes] == ["Cut at mobile_output", "Cut at earlier"]
    labels = legend_labels(figure)
    assert labels[:5] == [
        *("rebuilt", "best possible", "promised", "guessing"),
        "no other beats these",
    ]
    assert labels[5] == "class alone, at best"
    assert labels[6:9] == ["no defence at the wire", "noise-4", "noise-2"]
    assert labels[9:] == ["t1", "t2", "t3", "t4", "no-dp"]


def test_a_wire_has_what_is_rebuilt_what_is_possible_and_what_is_promised(study):
    linked = noisy_row(2, within=0.5, attacker="linkage", tuned=0.2)
    retrieved = noisy_row(2, within=0.24, attacker="retrieval", tuned=0.2)
    study = table(*study.to_dict("records"), linked, retrieved)
    axes, _ = frontier(study, baselines(study)).axes
    shape = "v"  # of the fifth target
    assert marks(axes, shape) == [(0.4, 0.3), (0.2, 0.2)]
    possible = [line for line in axes.lines if line.get_markerfacecolor() == "white"]
    found = {(line.get_xdata()[0], line.get_ydata()[0]) for line in possible}
    assert {(0.4, 0.7), (0.2, 0.25)} <= found
    # Who promises nothing has no dash.
    assert marks(axes, "_") == [(0.4, 0.98), (0.2, 0.64)]
    bottom, top = axes.get_ylim()
    assert bottom < 0 and top > 1


def test_a_dozen_defences_and_targets_look_all_different():
    study = table(
        *(leaking(f"t{number}", 0.05 * number, 0.5) for number in range(1, 13)),
        *(noisy_row(number, within=0.3, tuned=0.4) for number in range(1, 13)),
    )
    looks = {
        handle.get_label(): (handle.get_color(), handle.get_marker())
        for handle in frontier(study, baselines(study)).legends[0].legend_handles
    }
    assert len({color for name, (color, _) in looks.items() if name.startswith("noise-")}) == 12
    assert len({shape for name, (_, shape) in looks.items() if name.startswith("t")}) == 12


def test_a_line_shows_how_accurate_the_class_alone_could_be(study):
    axes, earlier = frontier(study, baselines(study)).axes

    def limits(panel):
        return [
            line for line in panel.lines if line.get_linestyle() == "-." and len(line.get_xdata())
        ]

    (limit,) = limits(axes)
    best = study.loc[study["wire"] != "earlier", "server_accuracy"].max()
    promises, accuracies = limit_line(20, best, 20)  # 20 classes, and 20 drawings of a character
    np.testing.assert_allclose(limit.get_xdata(), accuracies)
    np.testing.assert_allclose(limit.get_ydata(), promises)
    assert limits(earlier) == []  # nothing is promised there


def test_the_line_knows_the_class_as_well_as_the_network_where_each_wire_has_a_defence():
    noisy = noisy_row(2, within=0.2, optimum=0.25, tuned=0.45, **accuracy("server_accuracy", 0.12))
    (axes,) = frontier(table(noisy), baselines(table(noisy))).axes
    (limit,) = (line for line in axes.lines if line.get_linestyle() == "-.")
    assert limit.get_xdata()[-1] == pytest.approx(noisy["validation_accuracy"], abs=1e-6)


def test_the_line_does_not_push_the_wires_together():
    rows = table(leaking("a", 0.9, 0.4), noisy_row(4, within=0.1, optimum=0.2, tuned=0.8))
    (axes,) = frontier(rows, baselines(rows)).axes
    (limit,) = (line for line in axes.lines if line.get_linestyle() == "-.")
    assert limit.get_xdata()[0] < 0.1  # guessing, far below every wire
    low, high = axes.get_xlim()
    assert 0.7 < low < 0.8 and 0.9 < high < 1


def test_the_frontier_compares_wires_by_the_attackers_that_all_met():
    rows = [
        leaking("a", 0.9, 0.4),
        leaking("a", 0.9, 0.8, attacker="contrastive", held_out={"within_character": 0.99}),
        leaking("b", 0.8, 0.3),
        dp_row(0.7, attacker="prior", unseen={"within_character": 0.1}, **tuned(0.5)),
    ]
    figure = frontier(table(*rows), baselines(table(*rows)))
    (axes,) = figure.axes
    assert marks(axes, "o") == [(0.9, 0.4)]
    assert marks(axes, "s") == [(0.8, 0.3)]
    assert marks(axes, "D") == []  # the last met no decoder
    assert legend_labels(figure)[-1] == "dp-noise-0.7‡"


def test_the_frontier_needs_evaluation_images(study):
    study[["unseen_images", "seen_images"]] = 0
    with pytest.raises(ValueError, match="no evaluation images"):
        frontier(study, baselines(study))


def test_a_layer_without_any_accuracy_has_no_panel_and_no_key(study):
    """As where the server part of a device is not known."""
    study.loc[study["wire"] == "earlier", ["server_accuracy", "fine_tuned_accuracy"]] = np.nan
    figure = frontier(study, baselines(study))
    assert len(figure.axes) == 1
    assert legend_labels(figure)[9:] == ["t1", "t2", "t3", "t4", "no-dp"]
    rows = table(row(server_accuracy=np.nan, fine_tuned_accuracy=np.nan))
    (axes,) = frontier(rows, baselines(rows)).axes
    assert [text.get_text() for text in axes.texts] == [
        "No server part, so that no accuracy is known"
    ]
    assert legend_labels(frontier(rows, baselines(rows))) == ["guessing"]


def test_per_cents_have_a_decimal_where_accuracies_are_near_each_other():
    def ticks(*accuracies):
        rows = table(*(leaking(f"t{share}", share, 0.5) for share in accuracies))
        figure = frontier(rows, baselines(rows))
        figure.canvas.draw()
        return [label.get_text() for label in figure.axes[0].get_xticklabels()]

    assert all("." in tick for tick in ticks(0.981, 0.99))
    assert not any("." in tick for tick in ticks(0.5, 0.99))
