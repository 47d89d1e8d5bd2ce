"""A study: the configuration, checked, with the names of all that it asks for.

The Snakefile imports this module, so nothing here imports TensorFlow.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from pydantic import ValidationError

from intercept import attackers
from intercept.attackers.settings import AttackerSettings
from intercept.audit.settings import Audit
from intercept.configuration.entries import distinct, settings
from intercept.configuration.refusals import explain, key
from intercept.configuration.sections import AttackerEntry, Configuration
from intercept.configuration.words import any_of, one_of
from intercept.runtime.errors import UserError
from intercept.study.targets import check_audited, expand_targets
from intercept.study.wires import WireSettings, expand_wires
from intercept.training.settings import TargetSettings


@dataclass(frozen=True)
class Study:
    """One configuration, expanded.

    Attributes:
        name: names the folder of results.
        seeds: one target of every kind is trained for each.
        dataset: the ``dataset`` section as it stands.
        targets: settings by target name; the noise multiplier, epsilon or weight is part of the
            name where the configuration has a list of them. A checkpoint is a target, too, with
            the settings of a training that ends there.
        checkpoints: for each target that is another's network after some epochs, the other's
            name.
        audit: which targets are trained once more with canaries in it.
        wires: by name, which is that of the cut layer with the defence, if there is one.
        goal: what a wire has to promise and the server to keep, as plain values; None if nothing
            is asked for. See `intercept.configuration.sections.Goal`.
        augmentation: what attackers make of their images; see
            `intercept.configuration.sections.Augmentation`.
        attackers: settings by attacker name.
    """

    name: str
    seeds: list[int]
    dataset: dict[str, Any]
    targets: dict[str, TargetSettings]
    checkpoints: dict[str, str]
    audit: Audit
    wires: dict[str, WireSettings]
    goal: dict[str, Any] | None
    augmentation: dict[str, Any]
    attackers: dict[str, AttackerSettings]

    @property
    def cut_layers(self) -> list[str]:
        """Every layer at which something is cut, once."""
        return list(dict.fromkeys(wire.cut_layer for wire in self.wires.values()))

    @property
    def widths(self) -> dict[tuple[str, str], str]:
        """Every cut layer with every width that a wire has there, and the first target of it.

        The widths are names; see `intercept.training.settings.TargetSettings.width_at`.
        """
        first: dict[tuple[str, str], str] = {}
        for wire in self.wires.values():
            for target in wire.targets:
                width = self.targets[target].width_at(wire.cut_layer)
                first.setdefault((wire.cut_layer, width), target)
        return first

    @property
    def undefended(self) -> list[str]:
        """The wires without a defence; all of them if each has one."""
        names = [name for name, wire in self.wires.items() if not wire.defended]
        return names or list(self.wires)

    def networks(self) -> list[dict[str, Any]]:
        """Every ``target`` and ``seed``."""
        return [{"target": target, "seed": seed} for target in self.targets for seed in self.seeds]

    def trainings(self) -> list[dict[str, Any]]:
        """Those of `networks` that are no checkpoint of another."""
        return [place for place in self.networks() if place["target"] not in self.checkpoints]

    def audits(self) -> list[dict[str, Any]]:
        """Those of `networks` that are audited."""
        return [place for place in self.networks() if place["target"] in self.audit.targets]

    def places(self) -> list[dict[str, Any]]:
        """Every ``target``, ``seed`` and ``wire``."""
        return [
            {**network, "wire": name}
            for network in self.networks()
            for name, wire in self.wires.items()
            if network["target"] in wire.targets
        ]

    def attacks(self) -> list[dict[str, Any]]:
        """Every ``target``, ``seed``, ``wire`` and ``attacker``."""
        return list(self._attacks)

    def attacks_not_run(self) -> list[dict[str, Any]]:
        """Every ``target``, ``seed``, ``wire`` and ``attacker`` that cannot be, and the ``why``."""
        return [
            {**place, "attacker": attacker, "why": why}
            for place in self.places()
            for attacker, why in self.wires[place["wire"]].not_run[place["target"]].items()
        ]

    @cached_property
    def _attacks(self) -> list[dict[str, Any]]:
        """Expanded once, since each of hundreds of drawings asks."""
        return [
            {**place, "attacker": attacker}
            for place in self.places()
            for attacker in self.wires[place["wire"]].attackers[place["target"]]
        ]


def read_study(config: Mapping[str, Any]) -> Study:
    """Check a configuration and expand it.

    Args:
        config: what Snakemake read from the configuration files and ``--config``.

    Raises:
        UserError: a key is unknown or missing, a value is out of range, two things share a name,
            or one names another that is not there; the message names the key, the value and what
            is allowed.
    """
    try:
        found = Configuration.model_validate(dict(config))
    except ValidationError as error:
        raise explain(error, Configuration) from None
    targets, checkpoints = expand_targets(found.targets)
    check_audited(distinct(("audit", "targets"), found.audit.targets), targets)
    attacking = _expand_attackers(found.attackers)
    _check_copies(found.augmentation.copies, targets)
    return Study(
        name=found.study,
        seeds=distinct(("seeds",), found.seeds),
        dataset=found.dataset.model_dump(exclude_none=True),
        targets=targets,
        checkpoints=checkpoints,
        audit=found.audit,
        wires=expand_wires(found.wires, targets, attacking, found.goal),
        goal=found.goal.model_dump() if found.goal else None,
        augmentation=found.augmentation.model_dump(),
        attackers=attacking,
    )


def _check_copies(copies: int, targets: Mapping[str, TargetSettings]) -> None:
    """Augmented copies are images that nobody recorded."""
    recorded = [name for name, settings in targets.items() if not settings.answers_any]
    if copies and recorded:
        raise UserError(
            f"configuration: 'augmentation.copies' is {copies}, and target {recorded[0]!r} is a "
            "recording, which has no activation of an augmented copy; set it to 0"
        )


def _expand_attackers(entries: Mapping[str, AttackerEntry]) -> dict[str, AttackerSettings]:
    found, kinds = {}, attackers.attacker_kinds()
    for name, values in entries.items():
        if values.kind is None and name not in kinds:
            raise UserError(
                f"configuration: {key(('attackers', name))!r} has no kind, and its name is that of "
                f"none; {one_of(name, kinds)}"
            )
        kind, given = values.kind or name, values.model_extra or {}
        found[name] = settings(attackers.REGISTRY, kind, given, ("attackers", name), ["kind"])
    for name, one in found.items():
        if one.start is not None:
            _check_start(name, one.start, found)
    _check_priors(found)
    return found


def _check_start(name: str, start: str, found: Mapping[str, AttackerSettings]) -> None:
    known = [one for one, other in found.items() if other.rebuilds and other.start is None]
    if start not in known:
        there = any_of(known) if known else "there is none, so add one"
        raise UserError(
            f"configuration: 'attackers.{name}' starts at {start!r}, which is not among those that "
            f"rebuild images on their own here: {there}; add it, or set starts_at"
        )


def _check_priors(found: Mapping[str, AttackerSettings]) -> None:
    """A study trains one generative model of the attacker's images, for all that need one."""
    users = {name: params for name, one in found.items() if (params := one.prior_params())}
    first = next(iter(users), "")
    for name, params in users.items():
        differ = [one for one in params if params[one] != users[first][one]]
        if differ:
            raise UserError(
                f"configuration: 'attackers.{name}.{differ[0]}' is {params[differ[0]]!r}, and that "
                f"of {first!r} is {users[first][differ[0]]!r}; a study trains one generative model "
                "of the images: give both the same, or make a study of each"
            )
