"""What protection costs: points, their front, bounds beside attacks, and the figures of them."""

import numpy as np
import pandas as pd
import pytest
from figure_reading import legend_labels
from report_rows import accuracy, baselines, noisy_row, row

from intercept.report.figures.bounds import attack_against_bound
from intercept.report.figures.frontier import frontier
from intercept.report.frontier import bounded, pareto, points, undefended
from intercept.report.wire import sentences


def table(*rows):
    return pd.DataFrame(rows)


def tuned(value):
    return accuracy("fine_tuned_accuracy", value, width=0.01)


def leaking(target, accuracy, within, **changed):
    return row(target=target, unseen={"within_character": within}, **tuned(accuracy), **changed)


def test_a_point_is_a_release_with_its_strongest_attacker_over_all_seeds():
    found = list(
        points(
            table(
                row(held_out={"within_character": 0.5}, unseen={"within_character": 0.4}),
                row(
                    attacker="refine",
                    held_out={"within_character": 0.6},
                    unseen={"within_character": 0.3},
                ),
                row(seed=2, unseen={"within_character": 0.9}, **tuned(0.8)),
                row(
                    seed=2,
                    attacker="refine",
                    held_out={"within_character": 0.65},
                    unseen={"within_character": 0.5},
                    **tuned(0.8),
                ),
                noisy_row(2, within=0.2),
            ),
            "unseen",
        )
    )
    assert [(one.target, one.defence) for one in found] == [
        ("no-dp", "none"),
        ("no-dp", "noise-2"),
    ]
    plain = found[0]
    assert plain.leaks["within_character"].value == pytest.approx((0.3 + 0.5) / 2)
    assert plain.leaks["within_character"].attackers == ("refine",)
    assert plain.fine_tuned.value == pytest.approx((0.7321 + 0.8) / 2)
    half = 1.96 * np.sqrt(np.var([0.7321, 0.8], ddof=1) / 2 + np.mean([0.02**2, 0.01**2]) / 1.96**2)
    assert plain.fine_tuned.high == pytest.approx((0.7321 + 0.8) / 2 + half, abs=1e-4)
    assert plain.accuracy.value == pytest.approx(0.7213)


def test_the_front_has_what_no_other_beats():
    everything = list(
        points(
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
    )
    assert [one.target for one in pareto(everything, "within_character")] == [
        "worse and leaks less",
        "best",
    ]
    assert pareto([], "skill") == []


def test_releases_behind_a_defence_are_kept_from_the_headline():
    rows = table(row(), noisy_row(2))
    assert list(undefended(rows)["release"]) == ["mobile_output"]
    assert len(undefended(rows.iloc[1:])) == 1  # nothing else is there


def test_attacks_are_set_beside_the_bounds_of_noisy_releases_alone():
    attacks = list(bounded(table(row(), noisy_row(2, within=0.2))))
    assert [(one.group, one.measure, one.value) for one in attacks] == [
        ("unseen", "top1", 0.03),
        ("unseen", "within_character", 0.2),
    ]
    assert attacks[1].bound == 0.64
    assert (attacks[1].low, attacks[1].fano) == (pytest.approx(0.19), 1.0)


@pytest.mark.parametrize(
    ("within", "bound", "fano", "width", "crosses"),
    [
        (0.64, 0.64, 1.0, 0.01, False),
        (0.649, 0.64, 1.0, 0.01, False),  # within its interval
        (0.66, 0.64, 1.0, 0.01, True),
        (0.55, 0.64, 0.5, 0.01, True),  # either bound counts
        (0.641, 0.64, 1.0, np.nan, True),  # no interval excuses it
    ],
)
def test_a_measure_crosses_a_bound_beyond_its_interval(within, bound, fano, width, crosses):
    attack = noisy_row(
        2, within=within, bound=bound, unseen_within_character_fano=fano, width=width
    )
    found = {one.measure: one for one in bounded(table(attack))}
    assert found["within_character"].crosses is crosses


def test_the_page_says_what_defences_cost_and_how_near_attacks_come():
    said = dict(
        sentences(
            table(row(unseen={"within_character": 0.61}), noisy_row(2, within=0.2, tuned=0.4)),
            "unseen",
        )
    )
    beside = said["Defences of no-dp at mobile_output"]
    assert "right in 72.1% of cases (73.2% fine-tuned)" in beside
    assert "identifies 61.0% (60.0 to 62.0%) within the character" in beside
    assert beside.endswith("The same behind noise-2 30.0% (40.0%) and 20.0%.")
    bounds = said["Attacks beside bounds"]
    assert "2 measures of attacks" in bounds
    assert "None of them lies above its bound" in bounds
    assert "20.0% identified within its character, where nobody gets more than 64.0%" in bounds
    crossing = dict(sentences(table(noisy_row(2, within=0.8)), "unseen"))
    assert "1 of them lie above their bounds" in crossing["Attacks beside bounds"]
    assert dict(sentences(table(row()), "unseen")) == {}


@pytest.fixture
def study():
    rows = [
        *(leaking(f"t{number}", 0.05 * number, 0.9 - 0.05 * number) for number in range(1, 5)),
        noisy_row(4, within=0.3, bound=0.98, tuned=0.4),
        noisy_row(2, within=0.2, tuned=0.2),
        row(release="earlier", unseen={"within_character": 0.95}),
    ]
    return table(*rows)


def test_the_frontier_has_a_row_of_panels_for_each_cut_layer(study):
    figure = frontier(study, baselines(study), synthetic=True)
    assert len(figure.axes) == 4
    assert [axes.get_ylabel() for axes in figure.axes[::2]] == [
        "Cut at mobile_output",
        "Cut at earlier",
    ]
    assert "Synthetic data" in figure.get_suptitle()
    numbers = [text.get_text() for text in figure.axes[0].texts]
    assert numbers == ["1", "2", "3", "4", "5", "5"]
    labels = legend_labels(figure)
    assert labels[:3] == ["no defence at the wire", "noise-4", "noise-2"]
    assert "5 no-dp" in labels


def test_the_frontier_needs_evaluation_images(study):
    study[["unseen_images", "seen_images"]] = 0
    with pytest.raises(ValueError, match="no evaluation images"):
        frontier(study, baselines(study), synthetic=False)


def test_attacks_stand_under_the_line_of_their_bound(study):
    beside = noisy_row(2, within=0.25, attacker="prior")
    figure = attack_against_bound(table(*study.to_dict("records"), beside), synthetic=False)
    within = figure.axes[0]
    black = [line for line in within.lines if line.get_color() == "black"]
    lines = {line.get_linestyle(): line for line in black}
    np.testing.assert_allclose(lines["-"].get_xdata(), [2, 4])
    marks = [line for line in within.lines if line.get_marker() == "o"]
    # The attack that got most stands for its release.
    assert sorted(line.get_ydata()[0] for line in marks) == [0.25, 0.3]


def test_without_noise_there_is_nothing_to_bound():
    with pytest.raises(ValueError, match="no noisy release"):
        attack_against_bound(table(row()), synthetic=False)
