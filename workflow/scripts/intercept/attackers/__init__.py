"""Attackers: a package each, found by its name in the configuration.

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

REGISTRY = Registry(__name__, "attackers", "attacker")


def attacker_names() -> list[str]:
    """The names that a configuration may use, sorted."""
    return REGISTRY.names()


def attacker_module(attacker: str) -> str:
    """The full name of the module that holds this attacker."""
    return REGISTRY.module(attacker, "attacker")


def settings_module(attacker: str) -> str:
    """The full name of the module that holds this attacker's settings."""
    return REGISTRY.module(attacker, "settings")


def attacker_settings(attacker: str, **values: Any) -> AttackerSettings:
    """The settings of the attacker of that name, with its defaults where `values` has none.

    Raises:
        UserError: no such attacker, a setting that it has not or that is missing, or a value out of
            range.
    """
    return REGISTRY.settings(attacker, **values)


def build_attacker(settings: AttackerSettings, seed: int) -> "Attacker":
    """The attacker that the settings are of.

    Args:
        settings: the attacker's.
        seed: initialises its weights and orders its images.
    """
    return import_module(attacker_module(settings.attacker)).Attacker(settings, seed)
