"""The settings of differentially private training as the post did it."""

from dataclasses import dataclass
from typing import ClassVar

from intercept.training.settings import PrivateSettings


@dataclass(frozen=True, kw_only=True)
class Settings(PrivateSettings):
    """The defaults are the post's.

    Attributes:
        images_assumed: the number of images from which the post takes the steps of an epoch and
            its epsilon, at least 1. Its 13,180 count the validation images too.

    Raises:
        UserError: a value is out of its range.
    """

    recipe: ClassVar[str] = "post"
    memory_mb: ClassVar[int] = 10_000

    noise_multiplier: float = 0.7
    images_assumed: int = 13_180

    def __post_init__(self) -> None:
        super().__post_init__()
        self.require("images_assumed", self.images_assumed >= 1, "1 or more")
