"""Entries of a configuration that name a recipe, a defence or a kind of attacker, with settings."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from intercept.configuration.refusals import Place, explain, key, refuse
from intercept.configuration.words import one_of
from intercept.registry import Registry
from intercept.runtime.errors import UserError
from intercept.settings import NamedSettings


def settings(
    registry: Registry,
    name: str,
    values: Mapping[str, Any],
    place: Place,
    beside: Sequence[str] = (),
) -> Any:
    """The settings that an entry asks for.

    Args:
        registry: of what is named.
        name: what is named.
        values: its settings, by key.
        place: the path to the entry, for messages.
        beside: further keys that the entry may have, for messages.

    Raises:
        UserError: there is no such name, no such setting, one that is needed is missing, or a
            value is out of range.
    """
    return _made(_settings_class(registry, name, place), values, place, beside)


def levels(
    registry: Registry,
    name: str,
    values: Mapping[str, Any],
    place: Place,
    beside: Sequence[str] = (),
) -> Iterator[tuple[str, Any]]:
    """The settings for each value of the list that an entry may have in the place of one.

    Args:
        registry: as for `settings`, like all others.
        name: what is named.
        values: its settings, by key; one of them may have a list in its place.
        place: the path to the entry, for messages.
        beside: further keys that the entry may have, for messages.

    Yields:
        What tells the case from the others as part of a name, such as ``noise-0.7``, and empty
        without a list; and the settings.

    Raises:
        UserError: as for `settings`, or there are two lists, or a list and its setting.
    """
    model = _settings_class(registry, name, place)
    lists = model.lists()
    named = [one for pair in lists.items() for one in pair if one in values]
    many = next((one for one in named if one in lists), None)
    if many is None:
        yield "", _made(model, values, place, beside)
        return
    swept = lists[many]
    # Beside a list stands at most the one value of a setting that is no alternative to it.
    apart = set(lists.values()) - {swept}
    apart = apart if swept in model.apart else apart & model.apart
    others = [one for one in named if one != many and one not in apart]
    if others:
        raise UserError(
            f"configuration: {key(place)!r} has {many} and {', '.join(others)}; give one of them"
        )
    if not isinstance(values[many], list) or not values[many]:
        raise refuse((*place, many), values[many], f"allowed is: a list of values of {lists[many]}")
    for index, level in enumerate(values[many]):
        one = {**{k: v for k, v in values.items() if k != many}, lists[many]: level}
        made = _made(model, one, place, beside, (lists[many], many, index))
        yield f"{lists[many].removesuffix('_multiplier')}-{level:g}", made


def distinct(place: Place, values: list) -> list:
    """The values of a list, none of which may be there twice.

    Args:
        place: the path to the list, for the message.
        values: its values.

    Raises:
        UserError: one is there twice.
    """
    for value in values:
        if values.count(value) > 1:
            raise UserError(
                f"configuration: {key(place)!r} has {value!r} listed twice; list it once"
            )
    return list(values)


def _settings_class(registry: Registry, name: str, place: Place) -> type[NamedSettings]:
    names = registry.names()
    if name not in names:
        raise refuse((*place, registry.noun), name, one_of(name, names))
    return registry.settings_class(name)


def _made(
    model: type[NamedSettings],
    values: Mapping[str, Any],
    place: Place,
    beside: Sequence[str],
    listed: tuple[str, str, int] | None = None,
) -> NamedSettings:
    try:
        return model.model_validate(dict(values))
    except ValidationError as error:
        raise explain(error, model, place, beside, listed) from None
