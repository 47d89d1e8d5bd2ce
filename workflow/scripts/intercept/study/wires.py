"""The wires of a configuration, expanded and checked; free of TensorFlow."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

from intercept import defences
from intercept.attackers.settings import AttackerSettings
from intercept.configuration.entries import distinct, levels
from intercept.configuration.refusals import Place, key, refuse
from intercept.configuration.sections import Goal, WireEntry
from intercept.configuration.words import one_of
from intercept.defences.settings import DefenceSettings, NoisySettings, PromisingSettings
from intercept.runtime.errors import UserError
from intercept.training.settings import TargetSettings

NO_GRADIENTS, NO_SERVER = "no gradients", "no server part"
"""Why an attacker that differentiates the device part is not run on some targets."""

_NONE = "none"


@dataclass(frozen=True)
class WireSettings:
    """Targets cut at a layer, and what is done to the activation before it is sent.

    Attributes:
        cut_layer: the layer behind which they are cut.
        defence: settings of what the device does to the activation.
        attackers: for each target that is cut so, in the study's order, the names of the
            attackers that go at it.
        not_run: for each of these targets, by attacker, why one that was asked for cannot go at it.
    """

    cut_layer: str
    defence: DefenceSettings
    attackers: Mapping[str, tuple[str, ...]]
    not_run: Mapping[str, Mapping[str, str]]

    @property
    def targets(self) -> tuple[str, ...]:
        """Names of the targets that are cut so."""
        return tuple(self.attackers)

    @property
    def defended(self) -> bool:
        """Whether anything is done to the activation."""
        return self.defence.defence != _NONE


def expand_wires(
    entries: Mapping[str, WireEntry],
    targets: Mapping[str, TargetSettings],
    attacking: Mapping[str, AttackerSettings],
    goal: Goal | None = None,
) -> dict[str, WireSettings]:
    """Make the wires of a configuration's entries.

    Args:
        entries: the section ``wires``.
        targets: settings by target name.
        attacking: settings by attacker name.
        goal: what a defence has to promise that has no strength of its own.

    Returns:
        By name, which is that of the cut layer with the defence, if there is one.

    Raises:
        UserError: as `intercept.study.study.read_study`.
    """
    wires: dict[str, WireSettings] = {}
    for entry, values in entries.items():
        place = ("wires", entry)
        cut_layers = distinct((*place, "cut_layers"), values.cut_layers)
        cut = _chosen((*place, "targets"), values.targets, targets)
        names = _chosen((*place, "attackers"), values.attackers, attacking)
        for name in names:
            start = attacking[name].start
            if start is not None and start not in names:
                raise UserError(
                    f"configuration: {key((*place, 'attackers'))!r} has {name!r}, which starts at "
                    f"{start!r}, but not that one; add it"
                )
        own = tuple(WireEntry.model_fields)
        given = _asked_for(place, values.defence, values.model_extra or {}, goal)
        found = list(levels(defences.REGISTRY, values.defence, given, place, own))
        distinct(place, [defence.label for _, defence in found])
        for layer in cut_layers:
            for _, defence in found:
                name = layer if values.defence == _NONE else f"{layer}-{defence.label}"
                here = _wire(layer, defence, cut, names, targets, attacking, place)
                wires[name] = _joined(name, wires.get(name), here, targets)
    return wires


def _asked_for(
    place: tuple[str, ...], defence: str, given: Mapping[str, Any], goal: Goal | None
) -> dict[str, Any]:
    """The settings of an entry, with what the goal asks for where it has no strength."""
    known = defences.REGISTRY
    model = known.settings_class(defence) if defence in known.names() else DefenceSettings
    if goal is None or not issubclass(model, PromisingSettings):
        return dict(given)
    strengths = {model.strength, "identified", "among"}
    strengths |= {many for many, one in model.lists().items() if one in strengths}
    if strengths & set(given):
        return dict(given)
    asked: dict[str, Any] = {"identified": goal.identified, "among": goal.among}
    if issubclass(model, NoisySettings):
        asked["observations"] = goal.readings
    elif goal.readings > 1 and {"epsilon", "epsilons"} & set(given):
        raise UserError(
            f"configuration: {key(place)!r} answers at random, and how many codewords the goal's "
            f"{goal.readings} readings allow is not computed; give words or word_counts, or a goal "
            "of 1 reading"
        )
    return {**asked, **given}


def _joined(
    name: str,
    listed: WireSettings | None,
    here: WireSettings,
    targets: Mapping[str, TargetSettings],
) -> WireSettings:
    """One wire of what two entries say of it, which must be of different targets."""
    if listed is None:
        return here
    twice = [target for target in here.targets if target in listed.targets]
    if twice:
        raise UserError(
            f"configuration: 'wires' have {name!r} twice for target {twice[0]!r}; list it once, "
            "or give each entry targets of its own"
        )
    one, other = listed.defence.as_params(), here.defence.as_params()
    differing = [setting for setting in one if one[setting] != other[setting]]
    if differing:
        first, second = ({setting: of[setting] for setting in differing} for of in (one, other))
        raise UserError(
            f"configuration: 'wires' have {name!r} with {first} and with {second}; give it the "
            "same settings for all targets"
        )
    both, not_run = {**listed.attackers, **here.attackers}, {**listed.not_run, **here.not_run}
    ordered = {target: both[target] for target in targets if target in both}
    return replace(here, attackers=ordered, not_run=not_run)


def _wire(
    layer: str,
    defence: DefenceSettings,
    cut: Collection[str],
    names: Collection[str],
    targets: Mapping[str, TargetSettings],
    attacking: Mapping[str, AttackerSettings],
    place: Place,
) -> WireSettings:
    """A wire with those of its attackers that can go at each target."""
    not_run = {name: _not_run(names, targets[name], attacking) for name in cut}
    for name, reasons in not_run.items():
        if len(reasons) == len(names):
            raise UserError(
                f"configuration: {key((*place, 'attackers'))!r} has none that can be run on target "
                f"{name!r}: {'; '.join(f'{one}: {why}' for one, why in reasons.items())}; add one "
                "that needs neither, such as decoder or retrieval"
            )
        if defence.computes_server and not targets[name].differentiable:
            raise UserError(
                f"configuration: {key((*place, 'defence'))!r} is {defence.defence!r}, whose device "
                f"computes the server part by layers of Keras, and that of target {name!r} has "
                "none; set predicts_on_device to false, or name other targets"
            )
    attackers = {
        name: tuple(one for one in names if one not in reasons) for name, reasons in not_run.items()
    }
    return WireSettings(layer, defence, attackers, not_run)


def _not_run(
    names: Collection[str], target: TargetSettings, attacking: Mapping[str, AttackerSettings]
) -> dict[str, str]:
    """Why some attackers cannot go at a target, by name."""
    reasons = {}
    for name in names:
        if attacking[name].needs_server and not target.serves:
            reasons[name] = NO_SERVER
        elif attacking[name].needs_gradients and not target.differentiable:
            reasons[name] = NO_GRADIENTS
    starting = {name: attacking[name].start for name in names if name not in reasons}
    return reasons | {
        name: f"{reasons[start]} for {start}, at which it starts"
        for name, start in starting.items()
        if start in reasons
    }


def _chosen(place: Place, names: list[str] | None, known: Mapping[str, Any]) -> tuple[str, ...]:
    """Those named, in the order of the configuration; all of them if none is."""
    for index, name in enumerate(distinct(place, names or [])):
        if name not in known:
            raise refuse(
                (*place, index), name, f"this study has none of that name; {one_of(name, known)}"
            )
    return tuple(name for name in known if names is None or name in names)
