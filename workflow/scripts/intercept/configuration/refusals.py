"""A mistake in a configuration, in one line."""

from collections.abc import Mapping, Sequence
from textwrap import shorten
from typing import Any

from pydantic import BaseModel, ValidationError

from intercept.accounting.mechanism import BY_KEY
from intercept.configuration import words
from intercept.runtime.errors import UserError
from intercept.settings import NamedSettings

Place = tuple[str | int, ...]


def key(place: Sequence[str | int]) -> str:
    """The path to a value, such as ``targets.dp.noise_multipliers[1]``."""
    text = ""
    for part in place:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text


def refuse(place: Place, value: Any, allowed: str) -> UserError:
    """The refusal of one value.

    Args:
        place: the path to it.
        value: what was received.
        allowed: what is allowed, or another thing to do.
    """
    received = "empty" if value is None else shorten(repr(value), 100, placeholder=" ...")
    return UserError(f"configuration: {key(place)!r} is {received}; {allowed}")


def explain(
    error: ValidationError,
    model: type[BaseModel],
    place: Place = (),
    beside: Sequence[str] = (),
    listed: tuple[str, str, int] | None = None,
) -> UserError:
    """Say of the first mistake which key it is, what was received and what is allowed.

    Args:
        error: what pydantic found.
        model: what was to be made.
        place: the path to it.
        beside: further keys that are allowed there.
        listed: where one value of a list stood in the place of a setting: the setting, the list's
            name, and the value's place in it.
    """
    # An unknown key explains a missing one.
    first = min(
        error.errors(), key=lambda one: one["type"] not in ("extra_forbidden", "invalid_key")
    )
    inner: Place = tuple(part for part in first["loc"] if part != "[key]")
    if listed and inner and inner[0] == listed[0]:
        inner = (*listed[1:], *inner[1:])
    whole = (*place, *inner)
    at, schema, definitions = _schema_at(model, first["loc"])
    kind, value = first["type"], first["input"]
    if kind == "invalid_key":
        return UserError(f"configuration: unknown key {first['input']!r}; allowed is: a text")
    if kind == "extra_forbidden":
        return UserError(
            f"configuration: unknown key {key(whole)!r}; {_known(at, model, whole, beside)}"
        )
    if kind == "missing":
        # An entry may have settings of another model, so that a misspelt key is none too many.
        given = [str(one) for one in value or () if one not in at.get("properties", {})]
        meant = {words.nearest(one, [str(whole[-1])]): one for one in given}
        if misspelt := meant.get(str(whole[-1])):
            other = key((*whole[:-1], misspelt))
            return UserError(f"configuration: unknown key {other!r}; did you mean {whole[-1]!r}?")
        lists = {one: many for many, one in _lists(model).items()}
        other = f" or {lists[inner[-1]]!r}" if inner[-1] in lists else ""
        if len(whole) == 1:
            other = ", or name a file that has it before this one, behind --configfile"
        return UserError(f"configuration: key {key(whole)!r} is missing; add it{other}")
    if kind == "value_error":
        said = str(first["ctx"]["error"])
        if "properties" in schema:  # of a whole section, in a sentence
            return UserError(f"configuration: {key(whole)!r} {said}")
        return refuse(whole, value, f"allowed is: {said}")
    if "[key]" in first["loc"]:
        allowed = schema.get("names", "a text")
        if not isinstance(value, str):
            allowed += f"; {value} is none to YAML: write it in quotes"
        return UserError(
            f"configuration: {key(whole[:-1])!r} has the name {value!r}; allowed is: {allowed}"
        )
    said = f"allowed is: {words.allowed(schema, definitions)}"
    number = words.as_number(value) if isinstance(value, str) else None
    if number and schema.get("type") in ("integer", "number"):
        said += f"; write {number}, without quotes or an exponent"
    if isinstance(value, int | float) and schema.get("type") == "string":
        noun = "true or false" if isinstance(value, bool) else "a number"
        said += f"; {value} is {noun} to YAML: write it in quotes, if it is meant"
    return refuse(whole, value, said)


def _known(
    at: Mapping[str, Any], model: type[BaseModel], whole: Place, beside: Sequence[str]
) -> str:
    names = sorted({*at.get("properties", {}), *beside, *_lists(model)})
    if whole[-1] in BY_KEY and "architecture" in names:
        return (
            "a recipe trains a network of its own: name the file under 'architecture' to train "
            "that one, or leave out the recipe to take the network as it is"
        )
    close = words.nearest(str(whole[-1]), names)
    if close:
        return f"did you mean {close!r}?"
    owner = ""
    if issubclass(model, NamedSettings):
        owner = f"{model.noun} {getattr(model, model.noun)!r} has no such setting; "
    return f"{owner}allowed is: {words.any_of(names)}" if names else f"{owner}there is none"


def _lists(model: type[BaseModel]) -> Mapping[str, str]:
    return model.lists() if issubclass(model, NamedSettings) else {}


def _schema_at(
    model: type[BaseModel], location: Place
) -> tuple[Mapping[str, Any], Mapping[str, Any], Mapping[str, Any]]:
    """The JSON schemas of what holds the value and of the value, and what both refer to."""
    whole = model.model_json_schema()
    definitions = whole.get("$defs", {})
    holder: Mapping[str, Any] = whole
    schema: Mapping[str, Any] = whole
    for part in location:
        if part == "[key]":
            return holder, holder, definitions
        holder = schema
        if isinstance(part, int):
            inside = schema.get("items") or (schema.get("prefixItems") or [{}])[0]
        elif "patternProperties" in schema:
            inside = next(iter(schema["patternProperties"].values()))
        else:
            inside = schema.get("properties", {}).get(part, {})
        schema = words.resolved(inside, definitions)
    return holder, schema, definitions
