"""Recipes of training: a package each, found by its name in the configuration.

The package of a recipe (its name with ``_`` for ``-``) has a module ``settings`` with a class
`Settings`, free of TensorFlow, and a module ``trainer`` with a class `Trainer` that takes
(settings, image_shape, classes, examples, seed). Recipes are imported by name, so that a change
in one repeats no training of another.
"""

import pkgutil
from importlib import import_module
from typing import TYPE_CHECKING, Any

from intercept.errors import UserError
from intercept.training.settings import RecipeSettings

if TYPE_CHECKING:  # it imports TensorFlow, which a dry run must not
    from intercept.training.loop import Trainer


def recipe_names() -> list[str]:
    """The names that a configuration may use, sorted."""
    return sorted(found.name.replace("_", "-") for found in pkgutil.iter_modules(__path__))


def _module(recipe: str, name: str) -> str:
    return f"{__name__}.{recipe.replace('-', '_')}.{name}"


def trainer_module(recipe: str) -> str:
    """The full name of the module that trains by this recipe."""
    return _module(recipe, "trainer")


def recipe_settings(recipe: str, **values: Any) -> RecipeSettings:
    """The settings of the recipe of that name, with its defaults where `values` has none.

    Raises:
        UserError: no such recipe, a setting that it has not, or a value out of range.
    """
    if recipe not in recipe_names():
        raise UserError(
            f"targets: recipe is {recipe!r}; allowed is one of {', '.join(recipe_names())}"
        )
    settings = import_module(_module(recipe, "settings")).Settings
    known = settings.__dataclass_fields__
    for key in values:
        if key not in known:
            raise UserError(
                f"targets: recipe {recipe!r} has no setting {key!r}; it has {', '.join(known)}"
            )
    return settings(**values)


def build_trainer(
    settings: RecipeSettings,
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
