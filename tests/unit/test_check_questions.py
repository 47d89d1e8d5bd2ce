"""What a configuration leaves open is asked with an example that could be taken."""

import pytest
import yaml
from configurations import DEFAULT, without

from intercept.check.features import examples
from intercept.check.questions import missing_keys, question, unsaid_pixels, unsaid_scalings


def test_a_whole_configuration_leaves_nothing_open():
    assert missing_keys(DEFAULT) == []


@pytest.mark.parametrize(
    "path",
    [
        *(("study",), ("seeds",), ("dataset",), ("targets",), ("wires",), ("attackers",)),
        *(("dataset", "name"), ("dataset", "splits"), ("dataset", "features")),
        *(("dataset", "splits", "attacker"), ("dataset", "features", "label")),
        ("wires", "last-layer", "cut_layers"),
    ],
    ids=".".join,
)
def test_a_key_that_is_needed_is_asked_for_with_an_example(path):
    config = without(*path)
    assert missing_keys(config) == [".".join(path)]
    line = question(".".join(path))
    assert line.startswith(f"Missing: {'.'.join(path)} — for example: {path[-1]}: ")
    example = yaml.safe_load(line.partition("example: ")[2])
    section = config
    for part in path[:-1]:
        section = section[part]
    section.update(example)
    assert missing_keys(config) == []


def test_the_features_of_a_known_data_set_are_the_examples():
    found = examples("omniglot")
    assert found["dataset.features.image"] == "image"
    line = question("dataset.features.label", found)
    assert line == "Missing: dataset.features.label — for example: label: alphabet"
    assert examples("no_such_set") == {}


def test_a_network_of_a_file_is_asked_for_its_pixels_unless_it_says_them():
    targets = {
        "said": {"model": "a.keras", "pixels": [0, 255]},
        "scales": {"model": "b.keras"},
        "open": {"model": "c.keras"},
        "refused": {"model": "d.keras"},
        "trained": {"recipe": "non-private"},
    }
    rescaling = {"said": False, "scales": True, "open": False, "trained": False}
    scales, other = unsaid_pixels({"targets": targets}, rescaling)
    assert scales.startswith("Not said: targets.scales.pixels, since the network has a scaling")
    assert scales.endswith("for example: pixels: none")
    assert other.startswith("Not said: targets.open.pixels, unless the network expects them from 0")
    assert other.endswith("for example: pixels: [0, 255]")


def test_an_architecture_with_a_scaling_is_asked_about_once_for_all_its_targets():
    files = {"dp-noise-1": "a.keras", "dp-noise-2": "a.keras", "other": "b.keras", "no": "c.keras"}
    rescaling = {"dp-noise-1": True, "dp-noise-2": True, "other": False, "built-in": True}
    (line,) = unsaid_scalings(files, rescaling)
    assert line.startswith("Asked: the architecture a.keras has a scaling of its own, and is")
    assert "take the scaling out" in line
    assert line.endswith("(of dp-noise-1, dp-noise-2)")
