"""What the check says of a study of one's own files, without Snakemake's plan."""

import numpy as np
import pytest
import tensorflow as tf
import yaml
from PIL import Image

from intercept.check.__main__ import main

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
