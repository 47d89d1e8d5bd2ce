"""The settings of the post's target without differential privacy."""

from typing import ClassVar

from intercept.training.settings import NetworkSettings


class Settings(NetworkSettings):
    """The defaults are the post's."""

    recipe: ClassVar[str] = "post-part-1"
