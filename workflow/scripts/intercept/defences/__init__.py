"""Defences at the wire, found by name: what the device does to an activation before sending it.

Nothing here imports TensorFlow: a dry run asks for settings.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from intercept.defences.settings import DefenceSettings
from intercept.registry import Registry

if TYPE_CHECKING:
    import numpy as np

    from intercept.defences.interface import Defence, Lessons, TrainedDefence

REGISTRY = Registry(__name__, "wires", "defence")


def defence_module(defence: str) -> str:
    """The full name of the module that has the defence of that name."""
    return REGISTRY.module(defence, "defence")


def defence_settings(defence: str, **values: Any) -> DefenceSettings:
    """The settings of the defence of that name, with its defaults where `values` has none.

    Raises:
        pydantic.ValidationError: a setting that it has not or that is missing, or a value out of
            range.
    """
    return REGISTRY.settings(defence, **values)


def calibrate(settings: DefenceSettings, activations: "np.ndarray") -> "Defence":
    """The defence that the settings are of, fitted to what the cut layer puts out.

    Args:
        settings: of the defence.
        activations: float32 [n, ..., channels], undefended; n at least 1.

    Raises:
        UserError: the settings do not fit these activations.
    """
    return import_module(defence_module(settings.defence)).Defence.calibrated(settings, activations)


def train(settings: DefenceSettings, lessons: "Lessons") -> "TrainedDefence":
    """The defence that the settings are of, trained; for settings that say ``trained``.

    Raises:
        UserError: the settings do not fit the lessons.
    """
    return import_module(defence_module(settings.defence)).Defence.trained(settings, lessons)
