"""What is said of a configuration is what is checked."""

import json
import re

import jsonschema
import pytest
import yaml
from configurations import ROOT, changed, study, without

from intercept import attackers, defences
from intercept.configuration import documentation
from intercept.runtime.errors import UserError
from intercept.training import recipes

SCHEMA = json.loads((ROOT / "docs/config.schema.json").read_text())
PAGE = (ROOT / "docs/config.md").read_text()
STUDIES = ["config.yaml", "profiles/demo/demo.yaml", "tests/workflow/tiny.yaml"]
STUDIES += sorted(str(file.relative_to(ROOT)) for file in (ROOT / "studies").glob("*.yaml"))
VALIDATOR = jsonschema.validators.validator_for(SCHEMA)(SCHEMA)


def read(file):
    return yaml.safe_load((ROOT / file).read_text())


def test_the_page_and_the_schema_are_those_of_the_models(tmp_path):
    VALIDATOR.check_schema(SCHEMA)
    documentation.main(tmp_path)
    for name in ("config.md", "config.schema.json"):
        made = (tmp_path / name).read_text()
        assert made == (ROOT / "docs" / name).read_text(), "make config-docs"


@pytest.mark.parametrize("registry", [recipes.REGISTRY, defences.REGISTRY, attackers.REGISTRY])
def test_the_page_has_every_setting(registry):
    for name in registry.names():
        section = PAGE.partition(f"### `{registry.section}`, {registry.noun} `{name}`\n")[2]
        rows = re.findall(r"^\| `(\w+)` \|", section.partition("\n##")[0], re.MULTILINE)
        assert rows == list(registry.settings_class(name).model_fields), name


@pytest.mark.parametrize("file", STUDIES)
def test_an_editor_takes_the_configurations_of_the_repository(file):
    config = read(file)
    if file.endswith("template.yaml"):
        with pytest.raises(jsonschema.ValidationError):
            VALIDATOR.validate(config)
    else:
        VALIDATOR.validate(config)


@pytest.mark.parametrize("file", [file for file in STUDIES if not file.startswith("tests/")])
def test_the_configurations_name_the_schema(file):
    path = re.match(r"# yaml-language-server: \$schema=(\S+)\n", (ROOT / file).read_text())[1]
    assert ((ROOT / file).parent / path).resolve() == ROOT / "docs/config.schema.json"


@pytest.mark.parametrize(
    "config",
    [
        changed("seedz", [1]),
        changed("targets", "no-dp", "epoch", 3),
        changed("targets", "no-dp", "epochs", -1),
        changed("targets", "no-dp", "epochs", "3"),
        changed("targets", "dp", "delta", 1),
        changed("targets", "dp", "noise_multipliers", [0.7, -0.5]),
        changed("targets", "dp", "noise_multipliers", []),
        changed("targets", "no-dp", "noise_multiplier", 0.7),
        changed("targets", "n", {"recipe": "nopeek"}),
        changed("targets", "a b", {"recipe": "non-private"}),
        changed("wires", "last-layer", "defence", "wall"),
        changed("wires", "last-layer", "bit_width", 2),
        changed("attackers", "contrastive", "batch_size", 1),
        changed("augmentation", "mirrored", 1.5),
        changed("study", "../elsewhere"),
        without("dataset", "splits", "attacker"),
        without("targets", "dp", "recipe"),
    ],
)
def test_an_editor_refuses_what_a_run_refuses(config):
    with pytest.raises(jsonschema.ValidationError):
        VALIDATOR.validate(config)
    with pytest.raises(UserError):
        study(config)
