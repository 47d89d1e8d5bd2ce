"""A study: the configuration, checked, with the names of all that it asks for.

The Snakefile imports this module, so nothing here imports TensorFlow.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from intercept.attackers import attacker_settings
from intercept.attackers.settings import AttackerSettings
from intercept.defences import defence_settings
from intercept.defences.settings import DefenceSettings
from intercept.levels import distinct, levels
from intercept.runtime.errors import UserError
from intercept.schema import check
from intercept.targets import expand_targets
from intercept.training.settings import TargetSettings

# Settings that may be given as a list, which makes a release of each value.
_DEFENCE_LISTS = {"clip_to_noise_ratios": "clip_to_noise_ratio", "bit_widths": "bit_width"}

_NONE = "none"

_AUGMENTATION = {"copies": 20}


@dataclass(frozen=True)
class Release:
    """What the wire carries: targets cut at a layer, through a defence.

    Attributes:
        cut_layer: the layer behind which they are cut.
        defence: settings of what the device does to the activation.
        attackers: for each target that is cut so, in the study's order, the names of the
            attackers that go at it.
    """

    cut_layer: str
    defence: DefenceSettings
    attackers: Mapping[str, tuple[str, ...]]

    @property
    def targets(self) -> tuple[str, ...]:
        """Names of the targets that are cut so."""
        return tuple(self.attackers)

    @property
    def defended(self) -> bool:
        """Whether anything is done to the activation."""
        return self.defence.defence != _NONE


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
        releases: by name, which is that of the cut layer with the defence, if there is one.
        augmentation: ``copies``, how many altered copies of its images the attacker makes.
        attackers: settings by attacker name.
    """

    name: str
    seeds: list[int]
    dataset: dict[str, Any]
    targets: dict[str, TargetSettings]
    checkpoints: dict[str, str]
    releases: dict[str, Release]
    augmentation: dict[str, int]
    attackers: dict[str, AttackerSettings]

    @property
    def cut_layers(self) -> list[str]:
        """Every layer at which something is cut, once."""
        return list(dict.fromkeys(release.cut_layer for release in self.releases.values()))

    @property
    def widths(self) -> dict[tuple[str, str], str]:
        """Every cut layer with every width that a wire has there, and the first target of it.

        The widths are names; see `intercept.training.settings.TargetSettings.width_at`.
        """
        first: dict[tuple[str, str], str] = {}
        for release in self.releases.values():
            for target in release.targets:
                width = self.targets[target].width_at(release.cut_layer)
                first.setdefault((release.cut_layer, width), target)
        return first

    @property
    def undefended(self) -> list[str]:
        """The releases without a defence at the wire; all of them if each has one."""
        names = [name for name, release in self.releases.items() if not release.defended]
        return names or list(self.releases)

    def networks(self) -> list[dict[str, Any]]:
        """Every ``target`` and ``seed``."""
        return [{"target": target, "seed": seed} for target in self.targets for seed in self.seeds]

    def trainings(self) -> list[dict[str, Any]]:
        """Those of `networks` that are no checkpoint of another."""
        return [place for place in self.networks() if place["target"] not in self.checkpoints]

    def wires(self) -> list[dict[str, Any]]:
        """Every ``target``, ``seed`` and ``release``."""
        return [
            {**network, "release": name}
            for network in self.networks()
            for name, release in self.releases.items()
            if network["target"] in release.targets
        ]

    def attacks(self) -> list[dict[str, Any]]:
        """Every ``target``, ``seed``, ``release`` and ``attacker``."""
        return [
            {**wire, "attacker": attacker}
            for wire in self.wires()
            for attacker in self.releases[wire["release"]].attackers[wire["target"]]
        ]

    def attackers_at(self, release: str) -> list[str]:
        """The attackers that go at a release of some target."""
        every = self.releases[release].attackers.values()
        return [name for name in self.attackers if any(name in some for some in every)]


def read_study(config: Mapping[str, Any], schema_file: str | Path) -> Study:
    """Check a configuration and expand it.

    Args:
        config: what Snakemake read from the configuration files and ``--config``.
        schema_file: the JSON schema, as YAML.

    Raises:
        UserError: a key is unknown or missing, a value is out of range, two things share a name,
            or one names another that is not there; the message names the key, the value and what
            is allowed.
    """
    check(config, schema_file)
    targets, checkpoints = expand_targets(config["targets"])
    attackers = _expand_attackers(config["attackers"])
    return Study(
        name=config["study"],
        seeds=distinct("seeds", config["seeds"]),
        dataset=_dataset(config["dataset"]),
        targets=targets,
        checkpoints=checkpoints,
        releases=_expand_releases(config["releases"], targets, attackers),
        augmentation=_AUGMENTATION | config.get("augmentation", {}),
        attackers=attackers,
    )


def _dataset(section: Mapping[str, Any]) -> dict[str, Any]:
    """The section without what does not count: folders stand in the place of splits.

    Snakemake lays a study over the keys of config.yaml, whose splits may therefore be there too.
    """
    unused = ("splits", "features") if "folders" in section else ()
    for key in ("splits", "features"):
        if key not in section and not unused:
            raise UserError(
                f"configuration: key 'dataset.{key}' is missing; add it, or dataset.folders"
            )
    return {key: value for key, value in section.items() if key not in unused}


def _expand_releases(
    entries: list[dict[str, Any]],
    targets: Mapping[str, TargetSettings],
    attackers: Mapping[str, AttackerSettings],
) -> dict[str, Release]:
    releases: dict[str, Release] = {}
    for entry in entries:
        values = dict(entry)
        cut_layers = distinct("releases: cut_layers", values.pop("cut_layers"))
        defence = values.pop("defence", _NONE)
        cut = _chosen("targets", values.pop("targets", None), targets)
        attacking = _chosen("attackers", values.pop("attackers", None), attackers)
        for name in attacking:
            start = attackers[name].starts_at
            if start is not None and start not in attacking:
                raise UserError(
                    f"releases: attackers has {name!r}, which starts at {start!r}, but not that "
                    "one; add it"
                )
        for layer in cut_layers:
            for _, _, settings in levels("releases", defence, values, _DEFENCE_LISTS):
                found = defence_settings(defence, **settings)
                name = layer if defence == _NONE else f"{layer}-{found.label}"
                here = Release(layer, found, dict.fromkeys(cut, attacking))
                releases[name] = _joined(name, releases.get(name), here, targets)
    return releases


def _joined(
    name: str, listed: Release | None, here: Release, targets: Mapping[str, TargetSettings]
) -> Release:
    """One release of what two entries say of it, which must be of different targets."""
    if listed is None:
        return here
    twice = [target for target in here.targets if target in listed.targets]
    if twice:
        raise UserError(
            f"releases: {name!r} is listed twice for target {twice[0]!r}; list it once, or give "
            "each entry targets of its own"
        )
    if listed.defence != here.defence:
        raise UserError(
            f"releases: {name!r} is listed with {listed.defence.as_params()} and with "
            f"{here.defence.as_params()}; give it the same settings for all targets"
        )
    both = {**listed.attackers, **here.attackers}
    return replace(here, attackers={target: both[target] for target in targets if target in both})


def _chosen(key: str, names: list[str] | None, known: Mapping[str, Any]) -> tuple[str, ...]:
    """Those named, in the order of the configuration; all of them if none is."""
    for name in distinct(f"releases: {key}", names or []):
        if name not in known:
            raise UserError(
                f"releases: {key} has {name!r}; allowed are those of this study: {', '.join(known)}"
            )
    return tuple(name for name in known if names is None or name in names)


def _expand_attackers(entries: list[dict[str, Any]]) -> dict[str, AttackerSettings]:
    distinct("attackers", [entry["name"] for entry in entries])
    attackers = {
        entry["name"]: attacker_settings(
            entry["name"], **{key: value for key, value in entry.items() if key != "name"}
        )
        for entry in entries
    }
    for name, settings in attackers.items():
        allowed = [key for key, value in attackers.items() if value.rebuilds and key != name]
        allowed = [key for key in allowed if attackers[key].starts_at is None]
        if settings.starts_at is not None and settings.starts_at not in allowed:
            raise UserError(
                f"attackers: {name!r} starts at {settings.starts_at!r}, which is not among those "
                f"that rebuild images on their own here: {', '.join(allowed) or 'there is none'}; "
                "add it, or set starts_at"
            )
    return attackers
