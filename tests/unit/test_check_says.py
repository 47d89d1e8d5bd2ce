"""What the check says of a study of one's own files, without Snakemake's plan."""

import numpy as np
import pytest
import tensorflow as tf
import yaml
from PIL import Image

from intercept.check.__main__ import _end, main
from intercept.check.targets import Targets
from intercept.check.text import _first

layers = tf.keras.layers
SIDE = 12


@pytest.fixture
def check(tmp_path, capsys):
    """Lines of the check of some targets, on dark images of class `a` and light ones of `b`."""
    random = np.random.default_rng(4)
    for role, count in (("target", 60), ("attacker", 12), ("evaluation", 12)):
        for number in range(count):
            path = tmp_path / role / "ab"[number % 2] / f"{number:02}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            values = random.integers(0, 128, (SIDE, SIDE)) + 127 * (number % 2)
            values[0, :2] = 0, 255
            Image.fromarray(values.astype(np.uint8)).save(path)
    roles = ("target", "attacker", "evaluation")

    def checked(targets):
        config = {
            "study": "mine",
            "seeds": [1],
            "dataset": {"name": "mine", "folders": {role: str(tmp_path / role) for role in roles}},
            "targets": targets,
            # There is no such layer, so that the check ends before the plan.
            "wires": {"one": {"cut_layers": ["nowhere"]}},
            "attackers": {"retrieval": {}},
            "augmentation": {"copies": 1},
        }
        config["dataset"]["allow_overlap"] = False
        path = tmp_path / "mine.yaml"
        path.write_text(yaml.safe_dump(config))
        assert main(["--configfile", str(path)]) == 1
        return [line.strip() for line in capsys.readouterr().out.splitlines()]

    return checked


def saved(path, *first, sign=1.0):
    """A network that tells light images from dark ones, or the other way round."""
    network = tf.keras.Sequential(
        [
            tf.keras.Input((SIDE, SIDE, 1)),
            *first,
            layers.Flatten(name="flat"),
            layers.Dense(2, activation="softmax"),
        ]
    )
    weights = np.tile(np.float32([-1, 1]), (SIDE * SIDE, 1)) * sign
    network.layers[-1].set_weights([weights, np.float32([0.5, -0.5]) * SIDE * SIDE * sign])
    network.save(path)
    return str(path)


def test_a_scaling_in_an_architecture_is_asked_about(check, tmp_path):
    scaling = saved(tmp_path / "scaling.keras", layers.Rescaling(1 / 255))
    plain = saved(tmp_path / "plain.keras")
    private = {"recipe": "dp-adam", "noise_multipliers": [1, 2], "batch_size": 8}
    lines = check(
        {
            "dp": {**private, "architecture": scaling},
            "plain": {"recipe": "non-private", "architecture": plain},
        }
    )
    (asked,) = (line for line in lines if line.startswith("Asked:"))
    assert asked.startswith(f"Asked: the architecture {scaling} has a scaling of its own")
    assert asked.endswith("(of dp-noise-1, dp-noise-2)")


def behind(lines, first):
    """The lines behind the one that begins so."""
    return lines[next(k for k, line in enumerate(lines) if line.startswith(first)) + 1 :]


def test_networks_of_files_are_judged_on_the_validation_images(check, tmp_path):
    right, wrong = (saved(tmp_path / f"{sign}.keras", sign=sign) for sign in (1, -1))
    lines = check(
        {
            "right": {"model": right, "pixels": [0, 1]},
            "wrong": {"model": wrong, "pixels": [0, 1]},
            "alone": {"model": right, "pixels": [0, 1], "device_alone": True},
            "trained": {"recipe": "non-private", "architecture": right},
        }
    )
    assert "Classes in the order of a network's outputs: a, b." in lines
    known = "of 12 validation images; the largest class has 50.0%"
    assert behind(lines, "right: as it is in")[0] == f"right on 100.0% {known}"
    assert behind(lines, "wrong: as it is in")[:2] == [
        f"right on 0.0% {known}",
        "!! no better than guessing; check the target's pixels, and that its classes are in the "
        "order of this data set",
    ]
    assert sum("validation images" in line for line in lines) == 2
    assert sum("no better than guessing" in line for line in lines) == 1


def test_pixels_that_a_network_does_not_expect_are_seen_before_the_study(check, tmp_path):
    expects = saved(tmp_path / "n.keras", layers.Rescaling(1 / 255))
    lines = check({name: {"model": expects, "pixels": [0, end]} for name, end in PIXELS.items()})
    assert behind(lines, "as-expected: as it is in")[0].startswith("right on 100.0% of 12")
    assert behind(lines, "dark: as it is in")[1].startswith("!! no better than guessing")


PIXELS = {"as-expected": 255, "dark": 1}


def test_of_many_classes_the_first_are_named_and_all_counted():
    assert _first([str(k) for k in range(26)]) == "0, 1, 2, 3, 4, 5, 6, 7 and 18 more, 26 in all"
    assert _first(["a\nb"]) == "'a\\nb'"


def test_each_refusal_is_printed_once(capsys):
    assert _end(["one", "other", "one"]) == 1
    assert capsys.readouterr().err.splitlines() == ["Error: one", "Error: other"]
    targets = Targets()
    targets.refuse("a", "why")
    targets.refuse("a", "why")
    assert targets.errors() == ["why (of a)"]
