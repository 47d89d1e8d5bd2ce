"""The settings of NoPeek."""

from typing import Annotated, ClassVar

from pydantic import Field

from intercept.settings import Listed
from intercept.training.settings import CutSettings


class Settings(CutSettings):
    """Ordinary Adam on the network of the recipe dp-adam, with a price on distance correlation."""

    recipe: ClassVar[str] = "nopeek"

    weight: Annotated[float, Listed("weights")] = Field(
        ge=0,
        description="Weight of the distance correlation of images and activations, which lies in "
        "[0, 1], beside the cross-entropy in nats.",
    )
