"""The settings of NoPeek."""

from dataclasses import dataclass
from typing import ClassVar

from intercept.training.settings import RecipeSettings


@dataclass(frozen=True, kw_only=True)
class Settings(RecipeSettings):
    """Ordinary Adam on the network of the sound recipe, with a price on distance correlation.

    Attributes:
        weight: of the distance correlation of images and activations, which lies in [0, 1],
            beside the cross-entropy in nats; 0 or more.
        cut_layer: the layer whose activation is meant.

    Raises:
        UserError: a value is out of its range.
    """

    recipe: ClassVar[str] = "nopeek"

    epochs: int = 10
    learning_rate: float = 0.001
    weight: float
    cut_layer: str = "mobile_output"

    def __post_init__(self) -> None:
        super().__post_init__()
        self.require("weight", self.weight >= 0, "0 or more")
