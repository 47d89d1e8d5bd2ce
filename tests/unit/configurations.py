"""The configurations of the repository, and studies of changed ones."""

import copy
from pathlib import Path

import yaml
from snakemake.utils import update_config

from intercept.study.study import read_study

ROOT = Path(__file__).parents[2]
DEFAULT = yaml.safe_load((ROOT / "config.yaml").read_text())
DEMO = yaml.safe_load((ROOT / "profiles" / "demo" / "demo.yaml").read_text())


def study(config):
    """What a configuration asks for."""
    return read_study(config)


def added(*files):
    """What Snakemake makes of several configuration files."""
    config = {}
    for file in files:
        update_config(config, yaml.safe_load((ROOT / file).read_text()))
    return config


def changed(*path_and_value):
    """The default study with one value set, as ``changed("targets", "no-dp", "epochs", 3)``."""
    *path, key, value = path_and_value
    config = copy.deepcopy(DEFAULT)
    section = config
    for part in path:
        section = section[part]
    section[key] = value
    return config


def without(*path):
    """The default study without one key."""
    config = copy.deepcopy(DEFAULT)
    section = config
    for part in path[:-1]:
        section = section[part]
    del section[path[-1]]
    return config


def with_targets(**targets):
    """The default study with targets of the recipe dp-adam, and one wire."""
    config = changed("wires", {"all": {"cut_layers": ["mobile_output"]}})
    config["targets"] = {name: {"recipe": "dp-adam", **target} for name, target in targets.items()}
    return config


def with_wire(**values):
    """The default study with one wire, cut at a layer `a`."""
    return changed("wires", {"one": {"cut_layers": ["a"], **values}})
