"""The settings of training without differential privacy."""

from typing import ClassVar

from pydantic import Field, ValidationInfo, field_validator

from intercept.training.settings import NetworkSettings


class Settings(NetworkSettings):
    """Ordinary Adam on the network of the recipe dp-adam, a control."""

    recipe: ClassVar[str] = "non-private"

    stop_at_accuracy_of: str | None = Field(
        None,
        description="The name of another target, at whose validation accuracy training stops; "
        "without it training goes on for all epochs, which checkpoints need.",
    )

    @field_validator("stop_at_accuracy_of")
    @classmethod
    def _or_checkpoints(cls, other: str | None, info: ValidationInfo) -> str | None:
        if other is not None and info.data.get("checkpoints"):
            raise ValueError("none beside checkpoints, for it may end the training before them")
        return other
