"""The settings of the post's target without differential privacy."""

from typing import ClassVar

from intercept.training.settings import RecipeSettings


class Settings(RecipeSettings):
    """The defaults are the post's."""

    recipe: ClassVar[str] = "post-part-1"
