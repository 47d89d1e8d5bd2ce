"""Lists in a configuration, each value of which makes a target or a release."""

from collections.abc import Iterator, Mapping
from typing import Any

from intercept.runtime.errors import UserError


def distinct(key: str, values: list) -> list:
    """The values, as a list of its own.

    Raises:
        UserError: a value is there twice; the message names the key.
    """
    for value in values:
        if values.count(value) > 1:
            raise UserError(f"{key}: {value!r} is listed twice; list it once")
    return list(values)


def levels(
    section: str, name: str, values: dict[str, Any], lists: Mapping[str, str]
) -> Iterator[tuple[str | None, float | None, dict[str, Any]]]:
    """The settings for each value of the list among them: its setting, the value, and all of them.

    Without a list there is one, of no setting and no value.

    Args:
        section: of the configuration, for messages.
        name: whose settings they are, for messages.
        values: the settings.
        lists: the names of lists, and of the setting that each of their values is for.

    Raises:
        UserError: there are two lists, or a list and its setting.
    """
    given = [key for many, one in lists.items() for key in (many, one) if key in values]
    listed = [key for key in given if key in lists]
    if not listed:
        yield None, None, values
        return
    if len(given) > 1:
        raise UserError(
            f"{section}: {name!r} has a list of {listed[0]} and another of "
            f"{', '.join(key for pair in lists.items() for key in pair)}; give one of them"
        )
    one = lists[listed[0]]
    for level in values[listed[0]]:
        yield one, level, {one: level, **{k: v for k, v in values.items() if k != listed[0]}}
