"""A study: the configuration, checked, with the names of all that it asks for.

The Snakefile imports this module, so nothing here imports TensorFlow.
"""

import difflib
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jsonschema
import yaml

from intercept.attackers import attacker_settings
from intercept.attackers.settings import AttackerSettings
from intercept.errors import UserError
from intercept.training.recipes import recipe_settings
from intercept.training.settings import RecipeSettings

# JSON Schema takes 2.0 for an integer; here it is a number that somebody mistyped. YAML's .inf
# and .nan are numbers that nothing can be computed with.
_Validator = jsonschema.validators.extend(
    jsonschema.Draft202012Validator,
    type_checker=jsonschema.Draft202012Validator.TYPE_CHECKER.redefine_many(
        {
            "integer": lambda _, value: type(value) is int,
            "number": lambda _, value: type(value) in (int, float) and math.isfinite(value),
        }
    ),
)

# Settings that may be given as a list, which makes a target of each value.
_LISTS = {"noise_multipliers": "noise_multiplier", "epsilons": "epsilon"}

_AUGMENTATION = {"copies": 20}

# Folders of results that are no target's.
_RESERVED = ("figures", "surrogates", "baselines")


@dataclass(frozen=True)
class Study:
    """One configuration, expanded.

    Attributes:
        name: names the folder of results.
        seeds: one target of every kind is trained for each.
        dataset: the ``dataset`` section as it stands.
        targets: settings by target name; the noise multiplier or epsilon is part of the name where
            the configuration lists several.
        cut_layers: the layers behind which the network is cut, one release each.
        augmentation: ``copies``, how many altered copies of its images the attacker makes.
        attackers: settings by attacker name.
    """

    name: str
    seeds: list[int]
    dataset: dict[str, Any]
    targets: dict[str, RecipeSettings]
    cut_layers: list[str]
    augmentation: dict[str, int]
    attackers: dict[str, AttackerSettings]


def read_study(config: Mapping[str, Any], schema_file: str | Path) -> Study:
    """Check a configuration and expand it.

    Args:
        config: what Snakemake read from the configuration files and ``--config``.
        schema_file: the JSON schema, as YAML.

    Raises:
        UserError: a key is unknown or missing, a value is out of range, or two things share a
            name; the message names the key, the value and what is allowed.
    """
    schema = yaml.safe_load(Path(schema_file).read_text())
    _check(config, schema)
    return Study(
        name=config["study"],
        seeds=_distinct("seeds", config["seeds"]),
        dataset=dict(config["dataset"]),
        targets=_expand_targets(config["targets"]),
        cut_layers=_distinct("release.cut_layers", config["release"]["cut_layers"]),
        augmentation=_AUGMENTATION | config.get("augmentation", {}),
        attackers=_expand_attackers(config["attackers"]),
    )


def _distinct(key: str, values: list) -> list:
    for value in values:
        if values.count(value) > 1:
            raise UserError(f"{key}: {value!r} is listed twice; list it once")
    return list(values)


def _expand_targets(entries: list[dict[str, Any]]) -> dict[str, RecipeSettings]:
    expanded: list[tuple[str, RecipeSettings]] = []
    for entry in entries:
        values = dict(entry)
        name, recipe = values.pop("name"), values.pop("recipe")
        lists = {one: values.pop(many) for many, one in _LISTS.items() if many in values}
        if not lists:
            expanded.append((name, recipe_settings(recipe, **values)))
            continue
        given = [*lists, *(one for one in _LISTS.values() if one in values)]
        if len(given) > 1:
            raise UserError(
                f"targets: {name!r} has a list of {given[0]} and another of noise_multiplier, "
                "noise_multipliers, epsilon and epsilons; give one of the four"
            )
        for one, levels in lists.items():
            for level in levels:
                settings = recipe_settings(recipe, **{one: level}, **values)
                expanded.append((f"{name}-{one.removesuffix('_multiplier')}-{level:g}", settings))
    _distinct("targets", [name for name, _ in expanded])
    targets = dict(expanded)
    for name, settings in targets.items():
        if name in _RESERVED:
            raise UserError(
                f"targets: {name!r} is the name of another folder of results; allowed is any name "
                f"but {', '.join(_RESERVED)}"
            )
        _check_stopping(name, settings, targets)
    return targets


def _check_stopping(
    name: str, settings: RecipeSettings, targets: Mapping[str, RecipeSettings]
) -> None:
    other = _stops_at(settings)
    allowed = [key for key, value in targets.items() if key != name and not _stops_at(value)]
    if other is not None and other not in allowed:
        raise UserError(
            f"targets: stop_at_accuracy_of of {name!r} is {other!r}; allowed is another target "
            f"that trains to its end: {', '.join(allowed) or 'there is none'}"
        )


def _stops_at(settings: RecipeSettings) -> str | None:
    return getattr(settings, "stop_at_accuracy_of", None)


def _expand_attackers(entries: list[dict[str, Any]]) -> dict[str, AttackerSettings]:
    _distinct("attackers", [entry["name"] for entry in entries])
    attackers = {
        entry["name"]: attacker_settings(
            entry["name"], **{key: value for key, value in entry.items() if key != "name"}
        )
        for entry in entries
    }
    for name, settings in attackers.items():
        allowed = [key for key, value in attackers.items() if value.rebuilds and key != name]
        allowed = [key for key in allowed if attackers[key].starts_at is None]
        if settings.starts_at is not None and settings.starts_at not in allowed:
            raise UserError(
                f"attackers: {name!r} starts at {settings.starts_at!r}, which is not among those "
                f"that rebuild images on their own here: {', '.join(allowed) or 'there is none'}; "
                "add it, or set starts_at"
            )
    return attackers


def _check(config: Mapping[str, Any], schema: dict[str, Any]) -> None:
    errors = list(_Validator(schema).iter_errors(config))
    if errors:
        first = min(errors, key=lambda error: _key(error.absolute_path))
        raise UserError(f"configuration: {_explain(first)}")


def _key(path: Any) -> str:
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text


def _explain(error: jsonschema.ValidationError) -> str:
    """One line: which key, what was received, what is allowed."""
    key = _key(error.absolute_path)
    if error.validator == "additionalProperties":
        known = sorted(error.schema["properties"])
        unknown = sorted(str(key) for key in error.instance if key not in known)[0]
        close = difflib.get_close_matches(unknown, known, n=1)
        hint = f"did you mean {close[0]!r}?" if close else f"allowed are {', '.join(known)}"
        return f"unknown key {_key([*error.absolute_path, unknown])!r}; {hint}"
    if error.validator == "required":
        missing = [name for name in error.validator_value if name not in error.instance]
        return f"key {_key([*error.absolute_path, missing[0]])!r} is missing; add it"
    allowed = error.schema.get("description", f"{error.validator} {error.validator_value}")
    return f"{key!r} is {error.instance!r}; allowed is: {allowed}"
