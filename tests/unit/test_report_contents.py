"""Which figures the page of a study shows."""

from pathlib import Path

import pytest
from configurations import ROOT, added, study

from intercept.report.contents import study_figures

CAPTION = 300  # characters: three lines where they are a hundred wide


@pytest.fixture
def configuration():
    return added("config.yaml", "studies/defences.yaml")


def contents(configuration):
    asked = study(configuration)
    return asked, study_figures(asked)


def attackers_of(figure):
    """The attackers whose files a figure is drawn from, in their order."""
    return list(dict.fromkeys(place["attacker"] for place in figure.places))


def test_the_page_shows_its_figures_in_their_order(configuration):
    _, figures = contents(configuration)
    assert list(figures) == [
        "frontier",
        "leakage-scale/mobile_output",
        "identification/mobile_output",
        "training",
        "attackers",
        "improvement",
    ]
    opened = [path for path, figure in figures.items() if not figure.folded]
    assert opened == ["frontier", "leakage-scale/mobile_output"]
    for figure in figures.values():
        assert figure.title and figure.alt
        assert figure.category == ("Training" if figure.section == "training" else "Results")


@pytest.mark.parametrize(
    "kind",
    [
        *("frontier", "leakage-scale", "identification", "along-training"),
        *("audited", "training", "attackers", "improvement"),
    ],
)
def test_captions_have_three_lines_at_most(kind):
    caption = (ROOT / f"workflow/report/{kind}.rst").read_text()
    assert 50 < len(caption) <= CAPTION


def test_every_wire_and_seed_has_its_figures(configuration):
    configuration |= {"seeds": [1, 2], "wires": {"all": {"cut_layers": ["one", "two"]}}}
    asked, figures = contents(configuration)
    kinds = [Path(path).parts[0] for path in figures]
    assert kinds.count("leakage-scale") == kinds.count("identification") == 2
    assert kinds.count("training") == kinds.count("frontier") == 1
    of_one = figures["identification/two"].places
    assert {place["wire"] for place in of_one} == {"two"}
    assert {place["target"] for place in of_one} == set(asked.targets)
    assert "retrieval" in attackers_of(figures["identification/two"])


def test_attackers_have_the_figures_that_fit_them(configuration):
    _, figures = contents(configuration)
    assert attackers_of(figures["attackers"]) == ["post", "decoder", "contrastive"]
    assert attackers_of(figures["improvement"]) == ["refine", "prior"]
    configuration["attackers"] = {"retrieval": {}}
    configuration["wires"] = {"all": {"cut_layers": ["mobile_output"]}}
    _, figures = contents(configuration)
    kinds = {Path(path).parts[0] for path in figures}
    assert kinds == {"frontier", "leakage-scale", "identification", "training"}


def test_a_study_without_training_has_no_curve_of_it(configuration):
    configuration["targets"] = {"untrained": {"recipe": "non-private", "epochs": 0}}
    configuration["wires"] = {"all": {"cut_layers": ["mobile_output"]}}
    assert "training" not in contents(configuration)[1]


def test_audits_have_a_figure(configuration):
    assert "audited" not in contents(configuration)[1]
    configuration["audit"] = {"targets": ["dp-noise-0.7"]}
    assert not contents(configuration)[1]["audited"].folded


def test_checkpoints_that_were_attacked_have_a_figure_in_common(configuration):
    configuration["targets"]["no-dp"]["checkpoints"] = [0, 5]
    assert "along-training" not in contents(configuration)[1]  # no wire has them
    configuration["wires"] = {"all": {"cut_layers": ["mobile_output"]}}
    assert not contents(configuration)[1]["along-training"].folded
    configuration["attackers"] = {"retrieval": {}}
    assert "along-training" not in contents(configuration)[1]
