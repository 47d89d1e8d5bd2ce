"""What a configuration may hold: the schema's file, completed by recipes, defences and attackers.

The file states ranges that are to be checked with the key's full path. Names, and settings that
the file lacks, come from the packages of what is named, which check their ranges themselves.
"""

from pathlib import Path
from types import NoneType
from typing import Any, get_args

import yaml

from intercept import attackers, defences
from intercept.training import recipes

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


def _plain(annotation: Any, whose: str) -> dict[str, Any]:
    kinds = [kind for kind in get_args(annotation) or (annotation,) if kind is not NoneType]
    if len(kinds) != 1 or kinds[0] not in _PLAIN:
        raise TypeError(
            f"{whose}: annotated as {annotation}; allowed are int, float, str and bool, or an "
            "entry of its own in the schema"
        )
    return dict(_PLAIN[kinds[0]])
