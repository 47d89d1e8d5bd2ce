"""The settings of training without differential privacy."""

from dataclasses import dataclass
from typing import ClassVar

from intercept.training.settings import RecipeSettings


@dataclass(frozen=True, kw_only=True)
class Settings(RecipeSettings):
    """Ordinary Adam on the network of the sound recipe, a control.

    Attributes:
        stop_at_accuracy_of: the name of another target, at whose validation accuracy training
            stops; None trains for all epochs, which checkpoints need.

    Raises:
        UserError: a value is out of its range, or checkpoints are asked of a training that stops.
    """

    recipe: ClassVar[str] = "non-private"

    epochs: int = 10
    learning_rate: float = 0.001
    stop_at_accuracy_of: str | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.stop_at_accuracy_of is not None:
            allowed = "none beside stop_at_accuracy_of, which may end the training before them"
            self.require("checkpoints", not self.checkpoints, allowed)
