"""The targets of a configuration, expanded and checked; free of TensorFlow."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from intercept.accounting.mechanism import BY_KEY, ELSEWHERE
from intercept.configuration.entries import levels
from intercept.configuration.refusals import key, refuse
from intercept.configuration.sections import TargetEntry
from intercept.configuration.words import one_of
from intercept.runtime.errors import UserError
from intercept.runtime.files import how_to_name
from intercept.training import recipes
from intercept.training.settings import PrivateSettings, RecipeSettings, TargetSettings

_NETWORKS = ("model", "architecture")  # keys of targets that name the file of one

# Folders of results that are no target's.
_RESERVED = ("figures", "auxiliary", "baselines")


def check_files(targets: Mapping[str, TargetSettings]) -> None:
    """Refuse networks whose files are not there.

    Args:
        targets: settings by target name.

    Raises:
        UserError: a file is missing or a folder, or Snakemake would take its path for a pattern.
    """
    for name, settings in targets.items():
        for path in settings.files:
            place = f"configuration: {key(('targets', name))!r} is of the file {path!r}"
            if Path(path).is_dir():
                network = path in (getattr(settings, one, None) for one in _NETWORKS)
                do = "save the network as one, by model.save('network.keras')" if network else ""
                raise UserError(
                    f"configuration: {key(('targets', name))!r} is of {path!r}, which is a folder; "
                    f"allowed is a file: {do or 'name that'}"
                )
            if not Path(path).is_file():
                raise UserError(f"{place}, which is not there; {how_to_name(path)}")
            if set("{}") & set(path):
                raise UserError(f"{place}; allowed is a path without braces: rename it")


def expand_targets(
    entries: Mapping[str, TargetEntry],
) -> tuple[dict[str, TargetSettings], dict[str, str]]:
    """Make the targets of a configuration's entries.

    Args:
        entries: the section ``targets``.

    Returns:
        Settings by target name, checkpoints before the target that they are of; and for each
        checkpoint the name of that target.

    Raises:
        UserError: as `intercept.study.study.read_study`.
    """
    checkpoints: dict[str, str] = {}
    targets: dict[str, TargetSettings] = {}
    places: dict[str, str] = {}

    def add(name: str, settings: TargetSettings, entry: str) -> None:
        if name in targets:
            raise UserError(
                f"configuration: {key(('targets', entry))!r} makes a target {name!r}, and so does "
                f"{key(('targets', places[name]))!r}; give each a name of its own, and list each "
                "value once"
            )
        if name in _RESERVED:
            raise UserError(
                f"configuration: {key(('targets', entry))!r} has the name of another folder of "
                f"results; allowed is any name but {', '.join(_RESERVED)}"
            )
        targets[name], places[name] = settings, entry

    for entry, values in entries.items():
        place = ("targets", entry)
        settings = dict(values.model_extra or {})
        instead = next((recipe for key, recipe in BY_KEY.items() if key in settings), None)
        if values.recipe is None and instead is None:
            others = [name for name in recipes.recipe_names() if name not in ELSEWHERE]
            of_recipes = ", ".join(others)
            raise UserError(
                f"configuration: {key(place)!r} has neither a recipe nor a model; add recipe, one "
                f"of {of_recipes}, or model, the path of a network's file, or recording, that of "
                "recorded activations, or command, a program and its arguments"
            )
        recipe = values.recipe or instead or ""
        for suffix, made in levels(recipes.REGISTRY, recipe, settings, place, ["recipe"]):
            name = f"{entry}-{suffix}" if suffix else entry
            if isinstance(made, RecipeSettings):
                for epoch in sorted(made.checkpoints):
                    earlier = made.changed(epochs=epoch, checkpoints=())
                    add(f"{name}-epoch-{epoch}", earlier, entry)
                    checkpoints[f"{name}-epoch-{epoch}"] = name
            add(name, made, entry)
    for name in targets:
        _check_stopping(name, places[name], targets)
    return targets, checkpoints


def _check_stopping(name: str, entry: str, targets: Mapping[str, TargetSettings]) -> None:
    other = _stops_at(targets[name])
    known = [key for key, value in targets.items() if key != name and not _stops_at(value)]
    if other is not None and other not in known:
        place = ("targets", entry, "stop_at_accuracy_of")
        whose = "another target that trains to its end"
        if not known:
            raise refuse(place, other, f"allowed is: {whose}, and there is none; add one")
        raise refuse(place, other, f"it has to be {whose}; {one_of(other, known)}")


def _stops_at(settings: TargetSettings) -> str | None:
    return getattr(settings, "stop_at_accuracy_of", None)


def check_audited(names: Iterable[str], targets: Mapping[str, TargetSettings]) -> None:
    """Refuse an audit of what adds no noise to clipped gradients.

    Args:
        names: of the targets to be audited.
        targets: settings by target name.

    Raises:
        UserError: there is no such target, or it is not trained with clipping and noise.
    """
    known = [name for name, settings in targets.items() if _is_noisy(settings)]
    for index, name in enumerate(names):
        if name not in known:
            whose = "a target of recipe dp-adam or post with epochs, clipping and noise"
            allowed = one_of(name, known) if known else "there is none; add one"
            raise refuse(("audit", "targets", index), name, f"it has to be {whose}; {allowed}")


def _is_noisy(settings: TargetSettings) -> bool:
    return (
        isinstance(settings, PrivateSettings)
        and settings.epochs > 0
        and getattr(settings, "clip_gradients", True)
        and settings.noise_multiplier != 0
    )
