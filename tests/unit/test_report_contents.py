"""Which figures the page of a study shows."""

from pathlib import Path

import pytest
from configurations import ROOT, added, study

from intercept.report.contents import improving, learning, page_figures, rebuilding
from intercept.report.page import SECTIONS


@pytest.fixture
def configuration():
    return added("config.yaml", "studies/defences.yaml")


def contents(configuration):
    asked = study(configuration)
    return asked, page_figures(asked, ROOT / "workflow/report")


def test_the_page_shows_its_figures_in_their_order(configuration):
    asked, figures = contents(configuration)
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
    assert {*kinds, "along-training"} == {kind for section in SECTIONS.values() for kind in section}
    assert all(text["title"] and text["alt"] and text["caption"] for text in figures.values())
    by_attacker = [path for path in figures if path.startswith("by-attacker/")]
    assert len(by_attacker) == len(asked.targets) + 2
    shown = [path for path in figures if path.startswith("reconstructions/seed-1-mobile_output-")]
    assert shown == [f"reconstructions/seed-1-mobile_output-{name}" for name in rebuilding(asked)]
    earlier = [path for path in figures if path.startswith("reconstructions/seed-1-mobile_pool_3-")]
    assert [Path(path).name.split("-")[-1] for path in earlier] == [
        "decoder",
        "contrastive",
        "refine",
        "prior",
    ]
    assert [path for path in figures if path.startswith("defences/")] == [
        f"defences/seed-1-{layer}-{target}"
        for target in ("no-dp", "dp-noise-0.7")
        for layer in ("mobile_output", "mobile_pool_3")
    ]
    assert "retrieval" not in rebuilding(asked)


def test_every_release_and_seed_has_its_figures(configuration):
    configuration |= {"seeds": [1, 2], "releases": {"all": {"cut_layers": ["one", "two"]}}}
    _, figures = contents(configuration)
    kinds = [Path(path).parts[0] for path in figures]
    assert kinds.count("leakage-scale") == kinds.count("identification") == 2
    assert kinds.count("extremes") == 4
    assert kinds.count("training") == kinds.count("frontier") == 1
    assert not {"bounds", "defences"} & set(kinds)


def test_attackers_have_the_figures_that_fit_them(configuration):
    asked, _ = contents(configuration)
    assert learning(asked) == ["post", "decoder", "contrastive"]
    assert improving(asked) == ["refine", "prior"]
    configuration["attackers"] = {"retrieval": {}}
    configuration["releases"] = {"all": {"cut_layers": ["mobile_output"]}}
    _, figures = contents(configuration)
    kinds = {Path(path).parts[0] for path in figures}
    assert not kinds & {"reconstructions", "by-attacker", "extremes", "improvement", "attackers"}
    assert {"leakage-scale", "identification", "training"} <= kinds


def test_a_study_without_training_has_no_curve_of_it(configuration):
    configuration["targets"] = {"untrained": {"recipe": "non-private", "epochs": 0}}
    configuration["releases"] = {"all": {"cut_layers": ["mobile_output"]}}
    assert "training" not in contents(configuration)[1]


def test_what_shows_the_same_for_another_cut_seed_or_target_is_folded(configuration):
    configuration |= {"seeds": [1, 2]}
    asked, figures = contents(configuration)
    opened = [path for path, text in figures.items() if not text["folded"]]
    shown = [path for path in opened if not path.startswith("by-attacker/")]
    assert shown == [
        *(f"reconstructions/seed-1-mobile_output-{name}" for name in rebuilding(asked)),
        "extremes/seed-1-mobile_output",
        "leakage-scale/mobile_output",
        "identification/mobile_output",
        "frontier",
        "bounds",
        "defences/seed-1-mobile_output-no-dp",
        "training",
        "attackers",
        "improvement",
        "sample-target",
        "sample-attacker",
        "sample-evaluation",
    ]
    folded = [path for path, text in figures.items() if text["folded"]]
    assert "leakage-scale/mobile_pool_3" in folded
    assert "extremes/seed-2-mobile_output" in folded


def test_checkpoints_that_were_attacked_have_a_figure_in_common_and_none_by_attacker(configuration):
    configuration["targets"]["no-dp"]["checkpoints"] = [0, 5]
    assert "along-training" not in contents(configuration)[1]  # no release has them
    configuration["releases"] = {"all": {"cut_layers": ["mobile_output"]}}
    asked, figures = contents(configuration)
    assert "along-training" in figures
    by_attacker = [path for path in figures if path.startswith("by-attacker/")]
    assert len(by_attacker) == len(asked.targets) - 2
    configuration["attackers"] = {"retrieval": {}}
    assert "along-training" not in contents(configuration)[1]
