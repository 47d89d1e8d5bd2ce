"""What a value may be, in words: one text for messages and for the documentation."""

import difflib
from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

Schema = Mapping[str, Any]


def allowed(schema: Schema, definitions: Schema) -> str:
    """What a JSON schema allows, such as ``a number above 0 and below 1``.

    Args:
        schema: of one value; its ``allowed`` says it better, where there is one.
        definitions: what its ``$ref`` refers to, by name.
    """
    schema = resolved(schema, definitions)
    if "allowed" in schema:
        return schema["allowed"]
    if "const" in schema:
        return str(schema["const"])
    if "enum" in schema:
        return any_of(schema["enum"])
    if schema.get("type") in ("integer", "number"):
        return _number(schema)
    if schema.get("type") == "boolean":
        return "true or false"
    if schema.get("type") == "array":
        return _list(schema, definitions)
    if "properties" in schema:
        return f"the keys {', '.join(schema['properties'])}"
    return "a text"


def resolved(schema: Schema, definitions: Schema) -> Schema:
    """The schema behind a reference, or of a value that may be left out."""
    while True:
        if "$ref" in schema:
            name = schema["$ref"].rpartition("/")[2]
            schema = definitions[name] | {k: v for k, v in schema.items() if k != "$ref"}
        elif "anyOf" in schema:
            given = next(one for one in schema["anyOf"] if one.get("type") != "null")
            schema = {**given, **{k: v for k, v in schema.items() if k != "anyOf"}}
        else:
            return schema


def any_of(names: Iterable[Any]) -> str:
    """``a, b or c``."""
    *first, last = map(str, names)
    return f"{', '.join(first)} or {last}" if first else last


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name that is meant, if one is close."""
    close = difflib.get_close_matches(name, list(known), n=1)
    return close[0] if close else None


def one_of(name: str, known: Iterable[str]) -> str:
    """What to write in the place of an unknown name: one that is close, or else any."""
    names = list(known)
    close = nearest(name, names)
    return f"did you mean {close!r}?" if close else f"allowed is: {any_of(names)}"


def as_number(text: str) -> str | None:
    """How to write a number that YAML takes for a text, such as 0.001 for 1e-3."""
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return f"{number:f}" if number.is_finite() and abs(number.adjusted()) < 20 else None


def _number(schema: Schema) -> str:
    noun = "a whole number" if schema["type"] == "integer" else "a number"
    if "minimum" in schema and "maximum" in schema:
        return f"{noun} from {_plain(schema['minimum'])} to {_plain(schema['maximum'])}"
    ends = [
        f"{word} {_plain(schema[key])}"
        for key, word in (
            ("exclusiveMinimum", "above"),
            ("exclusiveMaximum", "below"),
            ("maximum", "at most"),
        )
        if key in schema
    ]
    least = f", {_plain(schema['minimum'])} or more" if "minimum" in schema else ""
    joined = " and ".join(ends)
    return noun + least + ((" and " if least else " ") + joined if joined else "")


def _list(schema: Schema, definitions: Schema) -> str:
    if "prefixItems" in schema:
        item = allowed(schema["prefixItems"][0], definitions)
        return f"a list of {len(schema['prefixItems'])}, each {item}"
    size = " of one or more" if schema.get("minItems") else ""
    return f"a list{size}, each {allowed(schema.get('items', {}), definitions)}"


def _plain(number: float) -> str:
    return f"{number:.17g}" if isinstance(number, int) else f"{number:g}"
