"""What a configuration may hold: the schema's file, completed by recipes, defences and attackers.

The file states ranges that are to be checked with the key's full path. Names, and settings that
the file lacks, come from the packages of what is named, which check their ranges themselves.
"""

import difflib
import math
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import NoneType
from typing import Any, get_args

import jsonschema
import yaml

from intercept import attackers, defences
from intercept.runtime.errors import UserError
from intercept.training import recipes

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

_PLAIN = {
    int: {"type": "integer", "description": "a whole number"},
    float: {"type": "number", "description": "a number"},
    str: {"type": "string", "description": "a text"},
    bool: {"type": "boolean", "description": "true or false"},
}


def read_schema(file: str | Path) -> dict[str, Any]:
    """The JSON schema of a configuration, whole.

    Args:
        file: the schema, as YAML. Where it has ``recipe`` or ``defence``, the names are put in.

    Raises:
        TypeError: a setting that the file lacks is not annotated as int, float, str or bool (or
            one of them and None).
    """
    schema = yaml.safe_load(Path(file).read_text())
    for registry in (recipes.REGISTRY, defences.REGISTRY, attackers.REGISTRY):
        known = schema["properties"][registry.key]["items"]["properties"]
        if registry.noun in known:
            names = registry.names()
            known[registry.noun] = {"enum": names, "description": f"one of {', '.join(names)}"}
        for name in registry.names():
            for key, annotation in registry.setting_types(name).items():
                if key not in known:
                    known[key] = _plain(annotation, f"{registry.noun} {name!r}, {key}")
    return schema


def check(config: Mapping[str, Any], schema_file: str | Path) -> None:
    """Hold a configuration against the schema.

    Args:
        config: what Snakemake read from the configuration files and ``--config``.
        schema_file: the schema, as for `read_schema`.

    Raises:
        UserError: a key is unknown or missing, or a value is out of range; the message names the
            key, the value and what is allowed.
    """
    errors = list(_Validator(read_schema(schema_file)).iter_errors(config))
    if errors:
        first = min(errors, key=lambda error: _key(error.absolute_path))
        raise UserError(f"configuration: {_explain(first)}")


def _key(path: Iterable[str | int]) -> str:
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


def _plain(annotation: Any, whose: str) -> dict[str, Any]:
    kinds = [kind for kind in get_args(annotation) or (annotation,) if kind is not NoneType]
    if len(kinds) != 1 or kinds[0] not in _PLAIN:
        raise TypeError(
            f"{whose}: annotated as {annotation}; allowed are int, float, str and bool, or an "
            "entry of its own in the schema"
        )
    return dict(_PLAIN[kinds[0]])
