"""The settings of the post's target without differential privacy."""

from dataclasses import dataclass
from typing import ClassVar

from intercept.training.settings import RecipeSettings


@dataclass(frozen=True, kw_only=True)
class Settings(RecipeSettings):
    """The defaults are the post's."""

    recipe: ClassVar[str] = "post-part-1"

    epochs: int = 10
    learning_rate: float = 0.001
