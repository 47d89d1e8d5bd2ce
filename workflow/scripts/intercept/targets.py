"""The targets of a configuration, expanded and checked; free of TensorFlow."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from intercept.levels import distinct, levels
from intercept.runtime.errors import UserError
from intercept.training.recipes import recipe_names, recipe_settings
from intercept.training.settings import RecipeSettings, TargetSettings

# Settings that may be given as a list, which makes a target of each value.
_LISTS = {"noise_multipliers": "noise_multiplier", "epsilons": "epsilon", "weights": "weight"}

_MODEL_FILE = "model-file"  # the recipe of targets that come from a file

# Folders of results that are no target's.
_RESERVED = ("figures", "surrogates", "baselines")


def expand_targets(
    entries: list[dict[str, Any]],
) -> tuple[dict[str, TargetSettings], dict[str, str]]:
    """Make the targets of a configuration's entries.

    Args:
        entries: the section ``targets``.

    Returns:
        Settings by target name, checkpoints before the target that they are of; and for each
        checkpoint the name of that target.

    Raises:
        UserError: as `intercept.study.read_study`.
    """
    checkpoints: dict[str, str] = {}
    expanded: list[tuple[str, TargetSettings]] = []
    for entry in entries:
        values = dict(entry)
        name = values.pop("name")
        if "recipe" not in values and "model" not in values:
            raise UserError(
                f"targets: {name!r} has neither a recipe nor a model; add recipe, one of "
                f"{', '.join(recipe_names())}, or model, the path of a Keras file"
            )
        recipe = values.pop("recipe", _MODEL_FILE)
        for one, level, given in levels("targets", name, values, _LISTS):
            suffix = f"-{one.removesuffix('_multiplier')}-{level:g}" if one else ""
            whole = f"{name}{suffix}"
            settings = recipe_settings(recipe, **given)
            if isinstance(settings, RecipeSettings):
                for epoch in sorted(settings.checkpoints):
                    earlier = replace(settings, epochs=epoch, checkpoints=())
                    checkpoints[f"{whole}-epoch-{epoch}"] = whole
                    expanded.append((f"{whole}-epoch-{epoch}", earlier))
            expanded.append((whole, settings))
    distinct("targets", [name for name, _ in expanded])
    targets = dict(expanded)
    for name, settings in targets.items():
        if name in _RESERVED:
            raise UserError(
                f"targets: {name!r} is the name of another folder of results; allowed is any name "
                f"but {', '.join(_RESERVED)}"
            )
        _check_stopping(name, settings, targets)
    return targets, checkpoints


def _check_stopping(
    name: str, settings: TargetSettings, targets: Mapping[str, TargetSettings]
) -> None:
    other = _stops_at(settings)
    allowed = [key for key, value in targets.items() if key != name and not _stops_at(value)]
    if other is not None and other not in allowed:
        raise UserError(
            f"targets: stop_at_accuracy_of of {name!r} is {other!r}; allowed is another target "
            f"that trains to its end: {', '.join(allowed) or 'there is none'}"
        )


def _stops_at(settings: TargetSettings) -> str | None:
    return getattr(settings, "stop_at_accuracy_of", None)
