"""Recipes of training: a package each, found by its name in the configuration.

The package of a recipe has a module ``settings`` with a class `Settings`, free of TensorFlow, and
a module ``trainer`` with a class `Trainer` that takes (settings, image_shape, classes, examples,
seed).
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from intercept.registry import Registry
from intercept.training.settings import TargetSettings

if TYPE_CHECKING:  # it imports TensorFlow, which a dry run must not
    from intercept.training.loop import Trainer

REGISTRY = Registry(__name__, "targets", "recipe")


def recipe_names() -> list[str]:
    """The names that a configuration may use, sorted."""
    return REGISTRY.names()


def trainer_module(recipe: str) -> str:
    """The full name of the module that trains by this recipe."""
    return REGISTRY.module(recipe, "trainer")


def recipe_settings(recipe: str, **values: Any) -> TargetSettings:
    """The settings of the recipe of that name, with its defaults where `values` has none.

    Raises:
        pydantic.ValidationError: a setting that it has not or that is missing, or a value out of
            range.
    """
    return REGISTRY.settings(recipe, **values)


def build_trainer(
    settings: TargetSettings,
    image_shape: tuple[int, int, int],
    classes: int,
    examples: int,
    seed: int,
) -> "Trainer":
    """A trainer of the recipe that the settings are of.

    Args:
        settings: the recipe's.
        image_shape: (height, width, channels).
        classes: number of classes.
        examples: size of the training set.
        seed: initialises the weights; see the recipe for what else it draws.

    Raises:
        UserError: the settings do not fit the data.
    """
    trainer = import_module(trainer_module(settings.recipe)).Trainer
    return trainer(settings, image_shape, classes, examples, seed)
