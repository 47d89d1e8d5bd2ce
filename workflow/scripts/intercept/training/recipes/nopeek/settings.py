"""The settings of NoPeek."""

from typing import Annotated, ClassVar

from pydantic import Field

from intercept.settings import Listed
from intercept.training.settings import NetworkSettings


class Settings(NetworkSettings):
    """Ordinary Adam on the network of the recipe dp-adam, with a price on distance correlation."""

    recipe: ClassVar[str] = "nopeek"

    weight: Annotated[float, Listed("weights")] = Field(
        ge=0,
        description="Weight of the distance correlation of images and activations, which lies in "
        "[0, 1], beside the cross-entropy in nats.",
    )
    cut_layer: str = Field("mobile_output", description="The layer whose activation is meant.")
