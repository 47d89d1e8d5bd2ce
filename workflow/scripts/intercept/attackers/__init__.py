"""Attackers: a package each, found by the kind that the configuration names.

The package of an attacker has a module ``settings`` with a class `Settings`, free of TensorFlow,
and a module ``attacker`` with a class `Attacker` that takes (settings, seed); see
`intercept.attackers.interface`.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from intercept.attackers.settings import AttackerSettings
from intercept.registry import Registry

if TYPE_CHECKING:  # it imports TensorFlow, which a dry run must not
    from intercept.attackers.interface import Attacker

REGISTRY = Registry(__name__, "attackers", "kind")


def attacker_kinds() -> list[str]:
    """The kinds that a configuration may name, sorted."""
    return REGISTRY.names()


def attacker_module(kind: str) -> str:
    """The full name of the module that holds attackers of this kind."""
    return REGISTRY.module(kind, "attacker")


def settings_module(kind: str) -> str:
    """The full name of the module that holds the settings of this kind."""
    return REGISTRY.module(kind, "settings")


def attacker_settings(kind: str, **values: Any) -> AttackerSettings:
    """Settings of that kind, with their defaults where `values` has none.

    Raises:
        pydantic.ValidationError: a setting that it has not or that is missing, or a value out of
            range.
    """
    return REGISTRY.settings(kind, **values)


def build_attacker(settings: AttackerSettings, seed: int) -> "Attacker":
    """The attacker that the settings are of.

    Args:
        settings: the attacker's.
        seed: initialises its weights and orders its images.
    """
    return import_module(attacker_module(settings.kind)).Attacker(settings, seed)
