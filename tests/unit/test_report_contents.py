"""Which figures the page of a study shows."""

from pathlib import Path

import pytest
from configurations import ROOT, added, study

from intercept.report.contents import study_figures
from intercept.report.figures import SECTIONS
from intercept.report.figures.entry import rebuilding


@pytest.fixture
def configuration():
    return added("config.yaml", "studies/defences.yaml")


def contents(configuration):
    asked = study(configuration)
    return asked, study_figures(asked)


def attackers_of(figure):
    """The attackers whose files a figure is drawn from, in their order."""
    return list(dict.fromkeys(place["attacker"] for place in figure.entry.places))


def test_the_page_shows_its_figures_in_their_order(configuration):
    asked, figures = contents(configuration)
    kinds = list(dict.fromkeys(figure.kind for figure in figures.values()))
    assert kinds == [
        "reconstructions",
        "extremes",
        "by-attacker",
        "leakage-scale",
        "identification",
        "frontier",
        "defences",
        "bounds",
        "training",
        "attackers",
        "improvement",
        "sample-target",
        "sample-attacker",
        "sample-evaluation",
    ]
    sections = [figure.on_the_page()["section"] for figure in figures.values()]
    assert list(dict.fromkeys(sections)) == list(SECTIONS)
    for figure in figures.values():
        assert figure.entry.title and figure.entry.alt
        assert (ROOT / f"workflow/report/{figure.kind}.rst").read_text().strip()
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


def test_every_wire_and_seed_has_its_figures(configuration):
    configuration |= {"seeds": [1, 2], "wires": {"all": {"cut_layers": ["one", "two"]}}}
    _, figures = contents(configuration)
    kinds = [Path(path).parts[0] for path in figures]
    assert kinds.count("leakage-scale") == kinds.count("identification") == 2
    assert kinds.count("extremes") == 4
    assert kinds.count("training") == kinds.count("frontier") == 1
    assert not {"bounds", "defences"} & set(kinds)


def test_attackers_have_the_figures_that_fit_them(configuration):
    _, figures = contents(configuration)
    assert attackers_of(figures["attackers"]) == ["post", "decoder", "contrastive"]
    assert attackers_of(figures["improvement"]) == ["refine", "prior"]
    configuration["attackers"] = {"retrieval": {}}
    configuration["wires"] = {"all": {"cut_layers": ["mobile_output"]}}
    _, figures = contents(configuration)
    kinds = {Path(path).parts[0] for path in figures}
    assert not kinds & {"reconstructions", "by-attacker", "extremes", "improvement", "attackers"}
    assert {"leakage-scale", "identification", "training"} <= kinds


def test_a_study_without_training_has_no_curve_of_it(configuration):
    configuration["targets"] = {"untrained": {"recipe": "non-private", "epochs": 0}}
    configuration["wires"] = {"all": {"cut_layers": ["mobile_output"]}}
    assert "training" not in contents(configuration)[1]


def test_what_shows_the_same_for_another_cut_seed_or_target_is_folded(configuration):
    configuration |= {"seeds": [1, 2]}
    asked, figures = contents(configuration)
    opened = [path for path, figure in figures.items() if not figure.entry.folded]
    shown = [path for path in opened if not path.startswith("by-attacker/")]
    assert shown == [
        *(f"reconstructions/seed-1-mobile_output-{name}" for name in rebuilding(asked)),
        "extremes/seed-1-mobile_output",
        "leakage-scale/mobile_output",
        "identification/mobile_output",
        "frontier",
        "defences/seed-1-mobile_output-no-dp",
        "bounds",
        "training",
        "attackers",
        "improvement",
        "sample-target",
        "sample-attacker",
        "sample-evaluation",
    ]
    folded = [path for path, figure in figures.items() if figure.entry.folded]
    assert "leakage-scale/mobile_pool_3" in folded
    assert "extremes/seed-2-mobile_output" in folded


def test_checkpoints_that_were_attacked_have_a_figure_in_common_and_none_by_attacker(configuration):
    configuration["targets"]["no-dp"]["checkpoints"] = [0, 5]
    assert "along-training" not in contents(configuration)[1]  # no wire has them
    configuration["wires"] = {"all": {"cut_layers": ["mobile_output"]}}
    asked, figures = contents(configuration)
    assert "along-training" in figures
    by_attacker = [path for path in figures if path.startswith("by-attacker/")]
    assert len(by_attacker) == len(asked.targets) - 2
    configuration["attackers"] = {"retrieval": {}}
    assert "along-training" not in contents(configuration)[1]


def test_a_figure_is_drawn_from_what_it_is_of(configuration):
    configuration |= {"seeds": [1, 2]}
    asked, figures = contents(configuration)
    (seed, wire), target = (2, "mobile_output"), "dp-noise-0.7"
    of_one = figures[f"by-attacker/seed-{seed}-{wire}-{target}"].entry.places
    assert {(p["seed"], p["wire"], p["target"]) for p in of_one} == {(seed, wire, target)}
    of_all = figures[f"extremes/seed-{seed}-{wire}"].entry.places
    assert {place["target"] for place in of_all} == set(asked.targets)
    assert attackers_of(figures[f"reconstructions/seed-{seed}-{wire}-prior"]) == ["prior"]
    behind = figures[f"defences/seed-{seed}-{wire}-no-dp"].entry.places
    assert {asked.wires[place["wire"]].defended for place in behind} == {True, False}
    assert {(p["seed"], p["target"]) for p in behind} == {(seed, "no-dp")}
    assert "retrieval" in attackers_of(figures[f"identification/{wire}"])
