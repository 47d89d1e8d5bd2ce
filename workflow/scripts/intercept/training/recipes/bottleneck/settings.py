"""The settings of training with a narrower cut layer."""

from dataclasses import dataclass
from typing import ClassVar

from intercept.training.settings import RecipeSettings


@dataclass(frozen=True, kw_only=True)
class Settings(RecipeSettings):
    """Ordinary Adam on the network of the sound recipe, with fewer channels at the cut.

    Attributes:
        channels: of ``mobile_output``, at least 1; on images of 105×105 as many numbers cross
            the wire.

    Raises:
        UserError: a value is out of its range.
    """

    recipe: ClassVar[str] = "bottleneck"

    epochs: int = 10
    learning_rate: float = 0.001
    channels: int = 8

    def __post_init__(self) -> None:
        super().__post_init__()
        self.require("channels", self.channels >= 1, "1 or more")
