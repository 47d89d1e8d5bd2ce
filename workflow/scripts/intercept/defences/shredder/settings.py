"""The settings of learned noise."""

from typing import Annotated, ClassVar

from pydantic import Field

from intercept.defences.settings import DefenceSettings
from intercept.settings import Listed


class Settings(DefenceSettings):
    """Shredder: one of some noise tensors that were learned is added to every activation.

    Each is trained to be large while the target's own server part still names the class
    (Mireshghallah et al. 2020, *Shredder: Learning Noise Distributions to Protect Inference
    Privacy*, ASPLOS, arXiv 1905.11814). Nothing is promised of it: whoever knows the tensors, as
    whoever has a copy of the device does, can take each of them off again.
    """

    defence: ClassVar[str] = "shredder"
    trained: ClassVar[bool] = True
    description: ClassVar[str] = (
        "adds one of some noise tensors that were learned for the server part as it is. Whoever "
        "has a copy of the device knows them, so that nothing is promised."
    )

    noise_tensors: int = Field(
        20, ge=1, description="Noise tensors that are learned, of which each reading draws one."
    )
    scale: float = Field(
        2.0,
        gt=0,
        description="Of the Laplace distribution that they are drawn from at first, in units of "
        "the activations' standard deviation.",
    )
    noise_weight: Annotated[float, Listed("noise_weights")] = Field(
        0.01,
        ge=0,
        description="Weight, beside the cross-entropy in nats, of their mean absolute value in "
        "the same units: the more, the larger they become.",
    )
    epochs: int = Field(10, ge=1, description="Passes over the target's training images.")

    @property
    def computes_server(self) -> bool:
        """The server part is differentiated in training, though the device does not compute it."""
        return True

    @property
    def label(self) -> str:
        """``shredder-0.01`` for that weight."""
        return f"{self.defence}-{self.noise_weight:g}"
