"""What YAML lets pass and nobody means, refused with its line.

Snakemake reads the files itself. Of two equal keys it takes the later one, and of 1e-3, 010, 12:30
and no it makes a text, 8, 750 and false. Values of ``--config`` that are no single number it takes
for texts, so that these are read here.
"""

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml

from intercept.configuration.words import as_number
from intercept.runtime.errors import UserError, message_lines

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_TAG = "tag:yaml.org,2002:"
_DEEPEST = 100  # mappings and lists inside one another; the parser itself ends Python at more
# Of values, of the key << and of a lone =; others have to be made by code that is not there.
_KNOWN_TAGS = {*_LOADER.yaml_constructors, f"{_TAG}merge", f"{_TAG}value"}
_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_FLOAT = re.compile(r"[-+]?([0-9]+\.[0-9]*|\.[0-9]+)([eE][-+][0-9]+)?|[-+]?\.(inf|nan)", re.I)
_LIKE_A_NUMBER = re.compile(r"[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?")


def check_file(path: str | Path) -> None:
    """Refuse what the YAML of a configuration file does not say plainly.

    Args:
        path: of the file.

    Raises:
        UserError: it cannot be read or is no YAML, a key is twice in one mapping, a mapping or list
            holds itself or is nested too deeply, there is a tag that YAML does not know, or a value
            without quotes is not what it looks like; the message names file and line.
    """
    try:
        text = Path(path).read_text(encoding="utf-8")
        root = _composed(text, str(path))
    except OSError as error:
        raise UserError(
            f"configuration: {path} cannot be read: {message_lines(error)[0]}"
        ) from error
    except UnicodeDecodeError as error:
        raise UserError(f"configuration: {path} is not in UTF-8; save it so") from error
    except yaml.YAMLError as error:
        mark = getattr(error, "context_mark", None) or getattr(error, "problem_mark", None)
        line = f", line {mark.line + 1}" if mark else ""
        said = getattr(error, "problem", None) or message_lines(error)[0]
        raise UserError(
            f"configuration: {path}{line}: this is no YAML ({said}); a text with brackets, braces, "
            "':' or '#' needs quotes, and indentation spaces"
        ) from error
    _check(root, str(path), scalars=not _is_json(text))


def read_files(paths: Iterable[str | Path]) -> dict[str, Any]:
    """The configuration of files, merged as Snakemake merges those behind ``--configfile``.

    Args:
        paths: at least one; later files add to earlier ones and override them.

    Raises:
        UserError: a file is missing or is no YAML with keys at its top; or as `check_file`.
    """
    # Here, since jobs that import this module read no files.
    from snakemake.exceptions import WorkflowError
    from snakemake.settings.types import ConfigSettings

    files = [Path(path) for path in paths]
    for file in files:
        check_file(file)
    try:
        config = ConfigSettings(configfiles=files).overwrite_config
    except (WorkflowError, OSError, UnicodeDecodeError) as error:
        named = ", ".join(map(str, files))
        raise UserError(
            f"configuration: {named} cannot be read: {message_lines(error)[0]}"
        ) from error
    return config


def read_arguments(arguments: Iterable[str]) -> dict[str, Any]:
    """The values of ``--config``, by key.

    Args:
        arguments: each ``key=value``, the value in YAML.

    Raises:
        UserError: a value is no YAML, or as for `check_file`.
    """
    values = {}
    for argument in arguments:
        key, _, text = argument.partition("=")
        try:
            _check(_composed(text, f"--config {key}"), f"--config {key}", scalars=True)
            values[key] = yaml.load(text, _LOADER)
        except yaml.YAMLError as error:
            raise UserError(
                f"--config {key} is {text!r}, which is no YAML; write {key}=1, {key}=[1, 2] or "
                f"{key}={{name: value}}, each in quotes of the shell's"
            ) from error
    return values


def _composed(text: str, where: str) -> yaml.Node | None:
    """The nodes of a text, unless they are so deep inside one another that composing them ends."""
    depth = 0
    for event in yaml.parse(text, _LOADER):
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > _DEEPEST:
            raise UserError(
                f"{_line(event, where)}: more than {_DEEPEST} mappings and lists are inside one "
                "another; close the brackets"
            )
    return yaml.compose(text, _LOADER)


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def _check(root: yaml.Node | None, where: str, scalars: bool) -> None:
    if root:
        _refuse_what_holds_itself(root, where)
    pending, met = [root] if root else [], set()
    while pending:
        node = pending.pop()
        if id(node) in met:  # an alias
            continue
        met.add(id(node))
        if node.tag not in _KNOWN_TAGS:
            tag = node.tag.replace(_TAG, "!!")
            raise UserError(
                f"{_line(node, where)}: {tag} is a tag, and allowed is none; leave it out, or "
                "write a text that begins with '!' in quotes"
            )
        if isinstance(node, yaml.MappingNode):
            _check_keys(node, where)
            pending += [part for pair in reversed(node.value) for part in reversed(pair)]
        elif isinstance(node, yaml.SequenceNode):
            pending += reversed(node.value)
        elif scalars and (meant := _meant(node)):
            raise UserError(f"{_line(node, where)}: {node.value} is {meant}")


def _refuse_what_holds_itself(root: yaml.Node, where: str) -> None:
    """Refuse an alias inside what it names."""
    around, done = set[int](), set[int]()  # what a node is in, and what is looked through
    pending: list[tuple[yaml.Node, bool]] = [(root, False)]
    while pending:
        node, left = pending.pop()
        if left:
            around.remove(id(node))
            done.add(id(node))
            continue
        if id(node) in around:
            raise UserError(
                f"{_line(node, where)}: what begins here holds itself, by an alias (*) inside it; "
                "write there what is meant"
            )
        if id(node) in done or isinstance(node, yaml.ScalarNode):
            continue
        around.add(id(node))
        pending.append((node, True))
        parts = node.value if isinstance(node, yaml.SequenceNode) else sum(node.value, ())
        pending += [(part, False) for part in parts]


def _check_keys(node: yaml.MappingNode, where: str) -> None:
    first: dict[Any, yaml.Node] = {}
    for key, _ in node.value:
        if not isinstance(key, yaml.ScalarNode):
            continue
        if key.value in first:
            raise UserError(
                f"{_line(key, where)}: key {key.value!r} is in line "
                f"{first[key.value].start_mark.line + 1} of the same mapping already; leave one out"
            )
        first[key.value] = key


def _meant(node: yaml.ScalarNode) -> str | None:
    """What a value is to YAML, and what to write, if that is not what it looks like."""
    tag, text = node.tag.removeprefix(_TAG), node.value
    if node.style in ("'", '"', "|", ">"):
        return None
    if tag == "bool" and text.lower() not in ("true", "false"):
        return f"true or false to YAML; write {text!r} in quotes, or true or false"
    if tag == "value":
        return f"no value to YAML; write {text!r} in quotes"
    if tag == "timestamp":
        return f"a date to YAML; write {text!r} in quotes"
    other = (tag == "int" and not _INTEGER.fullmatch(text)) or (
        tag == "float" and not _FLOAT.fullmatch(text)
    )
    if other:
        value = yaml.load(text, _LOADER)
        return f"{value!r} to YAML; write the number as digits alone, or {text!r} in quotes"
    if tag == "str" and _LIKE_A_NUMBER.fullmatch(text) and (number := as_number(text)):
        return f"a text to YAML; write {number}, or {text!r} in quotes"
    return None


def _line(node: yaml.Node | yaml.Event, where: str) -> str:
    return where if where.startswith("--") else f"{where}, line {node.start_mark.line + 1}"
