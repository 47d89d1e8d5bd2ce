"""What a configuration may hold, as a page and as a JSON schema for editors.

    python -m intercept.configuration.documentation docs

writes ``config.md`` and ``config.schema.json`` into that folder. Both are made of the models.
"""

import inspect
import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from intercept import attackers, defences
from intercept.accounting.mechanism import ELSEWHERE
from intercept.configuration.sections import (
    AttackerEntry,
    Audit,
    Augmentation,
    Configuration,
    Dataset,
    Features,
    Folders,
    Goal,
    Pattern,
    Shares,
    Splits,
    Table,
    TargetEntry,
    WireEntry,
)
from intercept.configuration.words import allowed, any_of, resolved
from intercept.registry import Registry
from intercept.settings import NamedSettings
from intercept.training import recipes

# What an entry is of that names nothing.
_LEFT_OUT = {"targets": ELSEWHERE, "wires": ("none",)}

# The section, its entries' own keys, and what these name besides.
_NAMED = (
    ("targets", TargetEntry, recipes.REGISTRY),
    ("wires", WireEntry, defences.REGISTRY),
    ("attackers", AttackerEntry, attackers.REGISTRY),
)

_HEAD = """\
# The configuration

Every key with its type, range, default and meaning. This page, and `config.schema.json` by which an
editor checks and completes a configuration, are made from the models that check it.

A study is one file or several, whose keys are laid over each other in their order:
`snakemake --configfile config.yaml studies/defences.yaml`. Without `--configfile` it is
`config.yaml`, from which nothing is filled in otherwise. `--config 'seeds=[1, 2]'` sets a key
beside the files, and one further in by the keys around it:
`--config 'attackers={"decoder": {"epochs": 2}}'`.
"""


def page() -> str:
    """The page, as Markdown."""
    parts = [_HEAD, *_section("At the top", Configuration)]
    for title, model in (
        ("dataset", Dataset),
        ("dataset.splits", Splits),
        ("dataset.features", Features),
        ("dataset.folders", Folders),
        ("dataset.shares", Shares),
        ("dataset.identity, by the file's name", Pattern),
        ("dataset.identity, by a table", Table),
    ):
        parts += _section(f"`{title}`", model)
    for section, entry, registry in _NAMED:
        names = {registry.noun: any_of(registry.names())}
        parts += _section(f"`{section}.<name>`", entry, names=names)
        for name in registry.names():
            settings = registry.settings_class(name)
            parts += _section(f"`{section}`, {registry.noun} `{name}`", settings, level=3)
        if section == "targets":
            parts += _section("`audit`", Audit)
        if section == "wires":
            parts += _section("`goal`", Goal)
            parts += _section("`augmentation`", Augmentation)
    return "\n".join(parts)


def schema() -> dict[str, Any]:
    """The JSON schema (draft 2020-12) of a configuration, whole.

    Of numbers and names it says what the models do. What ties several keys together is checked when
    Snakemake starts.
    """
    whole = Configuration.model_json_schema()
    definitions = whole["$defs"]
    del whole["required"]  # of a study of several files each has a part
    for section, entry, registry in _NAMED:
        names = {name: f"{registry.noun}-{name}" for name in registry.names()}
        for name, title in names.items():
            definitions[title] = _entry(section, entry, registry, name, definitions)
        entries = whole["properties"][section]
        (pattern,) = entries["patternProperties"]
        known = {name: {"$ref": f"#/$defs/{title}"} for name, title in names.items()}
        entries["patternProperties"] = {pattern: {"anyOf": list(known.values())}}
        entries["additionalProperties"] = False
        if registry.noun == "kind":  # which may be left out where the name is one
            entries["properties"] = {
                name: {"anyOf": [one, {"required": ["kind"]}]} for name, one in known.items()
            }
        del definitions[entry.__name__]
    del whole["title"]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "An Intercept study",
        **_for_editors(whole),
    }


def _section(
    title: str, model: type[BaseModel], level: int = 2, names: Mapping[str, str] | None = None
) -> Iterator[str]:
    """A table of the keys of a model; `names` says of some what they may name."""
    yield f"\n{'#' * level} {title}\n"
    yield _about(model) + "\n"
    whole = model.model_json_schema()
    for key, known in (names or {}).items():
        whole["properties"][key]["allowed"] = known
    lists = {one: many for many, one in _lists(model).items()}
    rows = [
        _row(name, one, whole, lists.get(name)) for name, one in whole.get("properties", {}).items()
    ]
    if rows:
        yield "| key | allowed | default | meaning |"
        yield "|---|---|---|---|"
        yield from rows
    else:
        yield "It has no settings."


def _about(model: type[BaseModel]) -> str:
    return inspect.cleandoc(model.__doc__ or "").replace("``", "`")


def _row(name: str, given: dict[str, Any], whole: dict[str, Any], many: str | None) -> str:
    definitions = whole.get("$defs", {})
    if name in whole.get("required", []):
        default = f"needed, or `{many}`" if many else "needed"
    else:
        default = _default(given.get("default"))
    meaning = given.get("description") or resolved(given, definitions)["description"]
    if many:
        meaning += f" Or a list of them, as `{many}`: each makes one of its own."
    key = f"`{name}`"
    return f"| {key} | {allowed(given, definitions)} | {default} | {meaning} |".replace("\n", " ")


def _default(value: Any) -> str:
    if value is None:
        return "none"
    if isinstance(value, dict):
        return "see there"
    if isinstance(value, float):
        text = f"{value:.10f}".rstrip("0")
        return f"`{text}0`" if text.endswith(".") else f"`{text}`"
    return f"`{json.dumps(value)}`" if not isinstance(value, str) else f"`{value}`"


def _entry(
    section: str,
    entry: type[BaseModel],
    registry: Registry,
    name: str,
    definitions: dict[str, Any],
) -> dict[str, Any]:
    """The schema of an entry that names this."""
    model = registry.settings_class(name)
    own, settings = entry.model_json_schema(), model.model_json_schema()
    definitions.update(settings.pop("$defs", {}))
    properties = {**own["properties"], **settings.get("properties", {})}
    required = [*own.get("required", []), *settings.get("required", [])]
    properties[registry.noun] = {
        "const": name,
        "description": own["properties"][registry.noun]["description"],
    }
    if name not in _LEFT_OUT.get(section, (name,)):
        required.append(registry.noun)
    found = {"description": _about(model), "type": "object", "additionalProperties": False}
    for many, one in _lists(model).items():
        properties[many] = {
            "type": "array",
            "minItems": 1,
            "items": {k: v for k, v in resolved(properties[one], {}).items() if k != "default"},
            "description": f"A list of {one}: each makes one of its own.",
        }
        if one in required:
            required.remove(one)
            found["anyOf"] = [{"required": [one]}, {"required": [many]}]
    return {**found, "properties": properties, "required": required}


def _lists(model: type[BaseModel]) -> dict[str, str]:
    return dict(model.lists()) if issubclass(model, NamedSettings) else {}


def _for_editors(part: Any) -> Any:
    """Without what only messages need, and without the titles that pydantic makes of names."""
    if isinstance(part, list):
        return [_for_editors(one) for one in part]
    if not isinstance(part, dict):
        return part
    found = {}
    for key, value in part.items():
        if key == "properties":  # here keys are the configuration's own
            found[key] = {
                name: _for_editors({k: v for k, v in one.items() if k != "title"})
                for name, one in value.items()
            }
        elif key not in ("allowed", "names"):
            found[key] = _for_editors(value)
    return found


def main(folder: Path) -> None:
    """Write both files."""
    (folder / "config.md").write_text(page(), encoding="utf-8")
    text = json.dumps(schema(), indent=2, ensure_ascii=False, sort_keys=True)
    (folder / "config.schema.json").write_text(f"{text}\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
