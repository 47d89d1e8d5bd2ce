"""The configurations of the repository, and studies of changed ones."""

import copy
from pathlib import Path

import yaml

from intercept.study import read_study

ROOT = Path(__file__).parents[2]
SCHEMA_FILE = ROOT / "workflow" / "schemas" / "config.schema.yaml"
DEFAULT = yaml.safe_load((ROOT / "config.yaml").read_text())
GLYPHS = yaml.safe_load((ROOT / "profiles" / "demo" / "glyphs.yaml").read_text())


def study(config):
    """What a configuration asks for."""
    return read_study(config, SCHEMA_FILE)


def changed(*path_and_value):
    """The default study with one value set, as ``changed("targets", 0, "epochs", 3)``."""
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


def with_targets(*targets):
    """The default study with targets of the recipe sound, and one release."""
    config = changed("releases", [{"cut_layers": ["mobile_output"]}])
    config["targets"] = [{"name": "dp", "recipe": "sound", **target} for target in targets]
    return config


def with_release(**values):
    """The default study with one release, cut at a layer `a`."""
    return changed("releases", [{"cut_layers": ["a"], **values}])
