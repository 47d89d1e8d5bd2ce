"""The schema takes names and settings from the packages of what a configuration names."""

from pathlib import Path

import pytest

from intercept import attackers, defences
from intercept.errors import UserError
from intercept.schema import read_schema
from intercept.study import read_study

FILE = Path(__file__).parents[2] / "workflow" / "schemas" / "config.schema.yaml"
SETTINGS = """
from dataclasses import dataclass
from typing import ClassVar

from intercept.{package}.settings import {base}


@dataclass(frozen=True, kw_only=True)
class Settings({base}):
    {noun}: ClassVar[str] = "{name}"

    epochs: int = 1
    depth: int = 1
    share: float | None = None
    look: str = "plain"
    twice: bool = False
    {field}
"""


@pytest.fixture
def add(tmp_path, monkeypatch):
    """Add a package with settings, found beside those of the library."""

    def added(registry, base, name, field=""):
        folder = tmp_path / registry.noun / name
        folder.mkdir(parents=True)
        package = registry.package.removeprefix("intercept.")
        text = SETTINGS.format(
            package=package, base=base, noun=registry.noun, name=name, field=field
        )
        (folder / "__init__.py").touch()
        (folder / "settings.py").write_text(text)
        module = {"attackers": attackers, "defences": defences}[package]
        monkeypatch.setattr(module, "__path__", [*module.__path__, str(folder.parent)])

    return added


def configuration(**attacker):
    return {
        "study": "a",
        "seeds": [1],
        "dataset": {
            "name": "mine",
            "folders": {"target": "a", "attacker": "b", "evaluation": "c"},
            "allow_overlap": False,
        },
        "targets": [{"name": "a", "model": "a.keras"}],
        "releases": [{"cut_layers": ["a"]}],
        "attackers": [{"name": "added", **attacker}],
    }


def test_an_added_attacker_has_its_settings_in_a_study(add):
    add(attackers.REGISTRY, "AttackerSettings", "added")
    given = {"depth": 3, "share": 0.5, "look": "odd", "twice": True}
    study = read_study(configuration(**given), FILE)
    assert study.attackers["added"].as_params() == {"attacker": "added", "epochs": 1, **given}


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"depth": 2.5}, r"'attackers\[0\].depth' is 2.5; allowed is: a whole number"),
        ({"share": "half"}, r"'attackers\[0\].share' is 'half'; allowed is: a number"),
        ({"look": 1}, "look' is 1; allowed is: a text"),
        ({"twice": "yes"}, "twice' is 'yes'; allowed is: true or false"),
        ({"epochs": -1}, "epochs' is -1; allowed is: a whole number, 0 or more"),
        ({"dept": 2}, "unknown key 'attackers.0..dept'; did you mean 'depth'"),
    ],
)
def test_values_of_another_type_are_refused(add, given, said):
    add(attackers.REGISTRY, "AttackerSettings", "added")
    with pytest.raises(UserError, match=said):
        read_study(configuration(**given), FILE)


def test_an_added_defence_is_one_of_those_that_are_allowed(add):
    add(defences.REGISTRY, "DefenceSettings", "added")
    release = read_schema(FILE)["properties"]["releases"]["items"]["properties"]
    assert release["defence"]["enum"] == ["added", "noise", "none", "quantisation"]
    assert release["defence"]["description"] == "one of added, noise, none, quantisation"
    assert release["depth"]["type"] == "integer"


def test_a_setting_of_no_plain_type_is_named(add):
    add(attackers.REGISTRY, "AttackerSettings", "listed", "sizes: tuple[int, ...] = ()")
    with pytest.raises(TypeError, match="attacker 'listed', sizes: annotated as tuple"):
        read_schema(FILE)
