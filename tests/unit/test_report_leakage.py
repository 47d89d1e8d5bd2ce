"""The main figure, the identification curves, the strongest attacker, and the page's contents."""

import warnings
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from matplotlib.colors import to_hex
from report_rows import baselines, row, without

from intercept.metrics.leakage import identification_curve
from intercept.report.contents import improving, learning, page_figures, rebuilding
from intercept.report.figures.identification import identification_curves
from intercept.report.figures.scale import SHARED, leakage_scale
from intercept.report.page import SECTIONS
from intercept.report.strongest import strongest
from intercept.report.style import GREY, save, series
from intercept.study import read_study

REPOSITORY = Path(__file__).parents[2]
ATTACKERS = ("post", "decoder", "refine", "prior", "retrieval")
TARGETS = (
    "no-dp",
    "dp-noise-0.7",
    "dp-noise-0.5",
    "dp-noise-0.3",
    "clip-only",
    "untrained",
    "as-accurate-as-0.7",
    "as-accurate-as-0.3",
)
RANDOM = np.random.default_rng(20200515)


def table(targets=TARGETS[:2], attackers=ATTACKERS, seeds=(1,)):
    """Attacks whose skill rises with the place of the attacker, but for refine's."""
    rows = []
    for target in targets:
        for seed in seeds:
            for place, attacker in enumerate(attackers):
                shift = 0.05 * place + 0.01 * seed
                skill = np.nan if attacker == "retrieval" else 0.1 + shift
                scores = {"skill": skill, "within_character": 0.2 + shift, "top1": 0.1 + shift}
                held_out = dict(scores)
                if attacker == "refine":
                    scores["skill"] = held_out["skill"] = -0.98
                    held_out["within_character"] = 0.9
                rows.append(
                    row(target, attacker, unseen=scores, seen=scores, held_out=held_out, seed=seed)
                )
    return pd.DataFrame(rows)


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


def legend_labels(figure):
    return [text.get_text() for text in figure.legends[0].get_texts()]


def test_baselines_stand_above_the_targets_and_run_through_them():
    summary = table()
    figure = leakage_scale(summary, baselines(summary), False)
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
    skill, identified = leakage_scale(summary, baselines(summary), False).axes
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
    skill, _ = leakage_scale(summary, baselines(summary), False).axes
    blue = series(0)
    assert len(drawn(skill, blue["color"], blue["marker"])) == 2
    assert intervals(skill, blue["color"]) == []


def test_values_off_the_axis_have_an_arrow_and_the_number():
    summary = table()
    summary["seen_images"] = 0
    summary.loc[1, "unseen_within_character"] = 0.0
    skill, identified = leakage_scale(summary, baselines(summary), False).axes
    assert skill.get_xlim()[0] >= -0.35
    assert [text.get_text() for text in skill.texts] == ["−0.98", "−0.98"]
    assert [text.get_text() for text in identified.texts] == ["0.00%"]
    arrows = [line for line in skill.lines if line.get_marker() == "<"]
    assert len(arrows) == 2
    assert {to_hex(line.get_color()) for line in arrows} == {to_hex(series(2)["color"])}


def test_each_panel_rings_the_attacker_that_its_measure_chooses():
    summary = table(attackers=("post", "decoder", "refine"))
    skill, identified = leakage_scale(summary, baselines(summary), False).axes
    assert rings(skill) == pytest.approx([0.16, 0.16])  # the decoder
    assert rings(identified) == pytest.approx([0.31, 0.31])  # refine


def test_seeds_have_small_marks_beside_their_mean():
    summary = table(seeds=(1, 2, 3))
    skill, _ = leakage_scale(summary, baselines(summary), False).axes
    blue = series(0)
    assert drawn(skill, blue["color"], blue["marker"]) == pytest.approx([0.12, 0.12])
    small = [line for line in skill.lines if line.get_marker() == "o" and line.get_alpha()]
    np.testing.assert_allclose(small[0].get_xdata(), [0.11, 0.12, 0.13])
    assert small[0].get_markersize() < 6
    np.testing.assert_allclose(intervals(skill, blue["color"])[0], (0.1, 0.14))  # all of theirs


@pytest.mark.parametrize("attacker", ["post", "decoder", "retrieval"])
def test_one_attacker_alone_has_its_figure(attacker):
    summary = table(attackers=(attacker,))
    figure = leakage_scale(summary, baselines(summary), False)
    figure.draw_without_rendering()
    ringed = [] if attacker == "retrieval" else ["strongest on held-out images"]
    assert legend_labels(figure) == [attacker, "predicted class alone", *ringed]


def test_without_baselines_the_attacks_are_drawn_alone():
    summary = table()
    figure = leakage_scale(summary, baselines(summary).iloc[:0], False)
    assert names_of(figure.axes[0]) == list(TARGETS[:2])
    assert "predicted class alone" not in legend_labels(figure)


def test_seen_images_stand_in_where_none_is_unseen():
    summary = without(table(), "unseen")
    figure = leakage_scale(summary, baselines(summary), False)
    assert figure.get_suptitle().startswith("1,000 seen images")
    assert len(drawn(figure.axes[0], series(0)["color"], "o")) == 2
    none = without(summary, "seen")
    for draw in (leakage_scale, identification_curves):
        with pytest.raises(ValueError, match="no evaluation images"):
            draw(none, baselines(summary), False)


@pytest.mark.parametrize(("targets", "seeds"), [(2, (1,)), (8, (1, 2, 3))])
def test_the_scale_fits_on_a_page_and_no_words_collide(targets, seeds):
    summary = table(TARGETS[:targets], seeds=seeds)
    figure = leakage_scale(summary, baselines(summary), True)
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
    assert "Synthetic data" in figure.get_suptitle()


def scores_of(summary, groups=("unseen", "seen"), images=40):
    parts = []
    for attack in summary.itertuples():
        for group in groups:
            nearer = RANDOM.integers(0, images, images)
            place = {"target": attack.target, "seed": attack.seed, "attacker": attack.attacker}
            parts.append(pd.DataFrame(place | {"group": group, "nearer": nearer, "equal": 1}))
    return pd.concat(parts, ignore_index=True)


def small(summary):
    return summary.assign(unseen_images=40, seen_images=40)


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
    unseen, seen = identification_curves(summary, scores, False).axes
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
    axes = identification_curves(summary, scores, False).axes[0]
    line = curve_of(axes, series(0)["color"], "-")
    unseen = scores[scores["group"] == "unseen"]
    # Seeds have as many images, so that the mean of their shares is the share of all.
    expected = identification_curve(
        unseen["nearer"].to_numpy(), unseen["equal"].to_numpy(), line.get_xdata()
    )
    np.testing.assert_allclose(line.get_ydata(), expected)


def test_curves_have_intervals_at_one_and_at_five():
    summary = small(table(TARGETS[:1]))
    axes = identification_curves(summary, scores_of(summary), False).axes[0]
    bars = [line for line in axes.lines if len(line.get_xdata()) == 2]
    found = {round(float(bar.get_xdata()[0])): list(bar.get_ydata()) for bar in bars}
    assert found == {1: pytest.approx([0.25, 0.27]), 5: pytest.approx([0.535, 0.555])}


def test_curves_have_a_panel_for_each_group_with_images():
    summary = without(small(table()), "seen")
    figure = identification_curves(summary, scores_of(summary, ("unseen",)), False)
    (axes,) = figure.axes
    assert axes.get_title() == "Images the attacker never saw\n(40 candidates)"
    assert legend_labels(figure) == [
        "no-dp (prior)",
        "dp-noise-0.7 (prior)",
        "the same targets, retrieval",
        "chance",
    ]


@pytest.mark.parametrize("attacker", ["post", "retrieval"])
def test_curves_of_one_attacker_alone(attacker):
    summary = small(table(attackers=(attacker,)))
    figure = identification_curves(summary, scores_of(summary), False)
    named = [target + (" (post)" if attacker == "post" else "") for target in TARGETS[:2]]
    ranking = ["the same targets, retrieval"] if attacker == "retrieval" else []
    assert legend_labels(figure) == [*named, *ranking, "chance"]


def test_the_figures_are_saved_without_a_warning(tmp_path):
    summary = small(table(TARGETS, seeds=(1, 2)))
    figures = {
        "scale": leakage_scale(summary, baselines(summary), True),
        "curves": identification_curves(summary, scores_of(summary), True),
    }
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for name, figure in figures.items():
            for path in save(figure, tmp_path / name):
                assert path.stat().st_size > 0
            assert "Synthetic data" in figure.get_suptitle()


def attack(target, attacker, held_out, seed=1, release="cut"):
    return row(
        target, attacker, held_out={"within_character": held_out}, seed=seed, release=release
    )


def test_the_strongest_is_known():
    summary = pd.DataFrame(
        [
            attack("a", "post", 0.9),  # learned from these images
            attack("a", "decoder", 0.3),
            attack("a", "refine", 0.5),
            attack("a", "retrieval", 1.0),  # rebuilds nothing
            attack("b", "decoder", 0.6),
            attack("b", "refine", 0.2),
            attack("a", "decoder", 0.4, seed=2),
            attack("a", "refine", 0.35, seed=2),
            attack("a", "decoder", 0.3, release="other"),
            attack("a", "refine", np.nan, release="other"),
        ]
    )
    chosen = strongest(summary, "within_character")
    assert list(zip(chosen["target"], chosen["seed"], chosen["release"], strict=True)) == [
        ("a", 1, "cut"),
        ("b", 1, "cut"),
        ("a", 2, "cut"),
        ("a", 1, "other"),
    ]
    assert list(chosen["attacker"]) == ["refine", "decoder", "decoder", "decoder"]
    assert list(chosen.index) == [2, 4, 6, 8]


def test_an_attacker_that_does_not_judge_itself_stands_in_only_if_it_is_alone():
    alone = pd.DataFrame([attack("a", "post", 0.9), attack("a", "retrieval", 1.0)])
    assert list(strongest(alone, "within_character")["attacker"]) == ["post"]
    nothing = pd.DataFrame([attack("a", "retrieval", 1.0)])
    assert strongest(nothing, "within_character").empty


@pytest.fixture
def configuration():
    return yaml.safe_load((REPOSITORY / "config.yaml").read_text())


def contents(configuration):
    study = read_study(configuration, REPOSITORY / "workflow/schemas/config.schema.yaml")
    return study, page_figures(study, REPOSITORY / "workflow/report")


def test_the_page_shows_its_figures_in_their_order(configuration):
    study, figures = contents(configuration)
    kinds = list(dict.fromkeys(text["kind"] for text in figures.values()))
    assert kinds == [
        "reconstructions",
        "by-attacker",
        "extremes",
        "leakage-scale",
        "identification",
        "frontier",
        "bounds",
        "defences",
        "training",
        "attackers",
        "improvement",
        "sample-target",
        "sample-attacker",
        "sample-evaluation",
    ]
    assert set(kinds) == {kind for section in SECTIONS.values() for kind in section}
    assert all(text["title"] and text["alt"] and text["caption"] for text in figures.values())
    by_attacker = [path for path in figures if path.startswith("by-attacker/")]
    assert len(by_attacker) == len(study.targets) + 2
    shown = [path for path in figures if path.startswith("reconstructions/seed-1-mobile_output-")]
    assert shown == [f"reconstructions/seed-1-mobile_output-{name}" for name in rebuilding(study)]
    earlier = [path for path in figures if path.startswith("reconstructions/seed-1-mobile_pool_3-")]
    assert [Path(path).name.split("-")[-1] for path in earlier] == ["decoder", "refine", "prior"]
    assert [path for path in figures if path.startswith("defences/")] == [
        f"defences/seed-1-{layer}-{target}"
        for target in ("no-dp", "dp-noise-0.7")
        for layer in ("mobile_output", "mobile_pool_3")
    ]
    assert "retrieval" not in rebuilding(study)


def test_every_release_and_seed_has_its_figures(configuration):
    configuration |= {"seeds": [1, 2], "releases": [{"cut_layers": ["one", "two"]}]}
    _, figures = contents(configuration)
    kinds = [Path(path).parts[0] for path in figures]
    assert kinds.count("leakage-scale") == kinds.count("identification") == 2
    assert kinds.count("extremes") == 4
    assert kinds.count("training") == kinds.count("frontier") == 1
    assert not {"bounds", "defences"} & set(kinds)


def test_attackers_have_the_figures_that_fit_them(configuration):
    study, _ = contents(configuration)
    assert learning(study) == ["post", "decoder"]
    assert improving(study) == ["refine", "prior"]
    configuration["attackers"] = [{"name": "retrieval"}]
    configuration["releases"] = [{"cut_layers": ["mobile_output"]}]
    _, figures = contents(configuration)
    kinds = {Path(path).parts[0] for path in figures}
    assert not kinds & {"reconstructions", "by-attacker", "extremes", "improvement", "attackers"}
    assert {"leakage-scale", "identification", "training"} <= kinds


def test_a_study_without_training_has_no_curve_of_it(configuration):
    configuration["targets"] = [{"name": "untrained", "recipe": "non-private", "epochs": 0}]
    configuration["releases"] = [{"cut_layers": ["mobile_output"]}]
    assert "training" not in contents(configuration)[1]
