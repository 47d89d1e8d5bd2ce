"""The schema has the settings of recipes, defences and attackers, and of those that are added."""

import dataclasses

import pytest
from configurations import DEFAULT, GLYPHS, SCHEMA_FILE

from intercept import attackers, defences
from intercept.attackers import attacker_names, attacker_settings
from intercept.defences import defence_names, defence_settings
from intercept.runtime.errors import UserError
from intercept.schema import read_schema
from intercept.study import read_study
from intercept.training.recipes import recipe_names, recipe_settings

SCHEMA = read_schema(SCHEMA_FILE)


def schema_at(path):
    schema = SCHEMA
    for part in path:
        schema = schema["items"] if isinstance(part, int) else schema["properties"][part]
    return schema


def paths(value, path=()):
    """Every key of a configuration, as the path to it."""
    children = value.items() if isinstance(value, dict) else []
    children = enumerate(value) if isinstance(value, list) else children
    for key, child in children:
        yield (*path, key)
        yield from paths(child, (*path, key))


@pytest.mark.parametrize("config", [DEFAULT, GLYPHS], ids=["default", "demo"])
def test_the_schema_has_every_key_and_says_what_is_allowed(config):
    for path in paths(config):
        assert "description" in schema_at(path), path


def test_the_schema_refuses_unknown_keys_everywhere():
    def objects(schema):
        if schema.get("type") == "object":
            yield schema
        for part in [*schema.get("properties", {}).values(), *filter(None, [schema.get("items")])]:
            yield from objects(part)

    found = list(objects(SCHEMA))
    assert len(found) == 9
    assert all(schema["additionalProperties"] is False for schema in found)


def test_the_schema_has_the_recipes_and_their_settings():
    target = schema_at(("targets", 0))
    assert target["properties"]["recipe"]["enum"] == recipe_names()
    assert target["properties"]["recipe"]["description"] == "one of " + ", ".join(recipe_names())
    required = {
        "sound": {"noise_multiplier": 1},
        "nopeek": {"weight": 1},
        "model-file": {"model": "a.keras"},
    }
    of_the_recipes = {
        field.name
        for recipe in recipe_names()
        for field in dataclasses.fields(recipe_settings(recipe, **required.get(recipe, {})))
    }
    lists = {"noise_multipliers", "epsilons", "weights"}
    assert set(target["properties"]) == of_the_recipes | lists | {"name", "recipe"}


def test_the_schema_has_the_noise_sources_of_the_settings():
    allowed = schema_at(("targets", 0))["properties"]["noise_source"]["enum"]
    for source in allowed:
        recipe_settings("sound", noise_multiplier=1, noise_source=source)
    with pytest.raises(UserError, match=f"allowed is {' or '.join(allowed)}"):
        recipe_settings("sound", noise_multiplier=1, noise_source="x")


def test_the_schema_has_the_defences_and_their_settings():
    release = schema_at(("releases", 0))["properties"]
    assert release["defence"]["enum"] == defence_names()
    required = {"noise": {"clip_to_noise_ratio": 1}, "quantisation": {"bit_width": 1}}
    of_the_defences = {
        field.name
        for name in defence_names()
        for field in dataclasses.fields(defence_settings(name, **required.get(name, {})))
    }
    lists = {"clip_to_noise_ratios", "bit_widths"}
    own = {"cut_layers", "defence", "targets", "attackers"}
    assert set(release) == of_the_defences | lists | own


def test_the_schema_has_the_attackers_settings():
    of_the_attackers = {
        field.name
        for name in attacker_names()
        for field in dataclasses.fields(attacker_settings(name))
    }
    assert set(schema_at(("attackers", 0))["properties"]) == of_the_attackers | {"name"}


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
    study = read_study(configuration(**given), SCHEMA_FILE)
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
        read_study(configuration(**given), SCHEMA_FILE)


def test_an_added_defence_is_one_of_those_that_are_allowed(add):
    add(defences.REGISTRY, "DefenceSettings", "added")
    release = read_schema(SCHEMA_FILE)["properties"]["releases"]["items"]["properties"]
    assert release["defence"]["enum"] == ["added", "noise", "none", "quantisation"]
    assert release["defence"]["description"] == "one of added, noise, none, quantisation"
    assert release["depth"]["type"] == "integer"


def test_a_setting_of_no_plain_type_is_named(add):
    add(attackers.REGISTRY, "AttackerSettings", "listed", "sizes: tuple[int, ...] = ()")
    with pytest.raises(TypeError, match="attacker 'listed', sizes: annotated as tuple"):
        read_schema(SCHEMA_FILE)
