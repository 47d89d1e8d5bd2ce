"""The settings of clipping with Gaussian noise."""

from typing import Annotated, ClassVar

from pydantic import Field

from intercept.defences.settings import DefenceSettings
from intercept.settings import Listed


class Settings(DefenceSettings):
    """The Gaussian mechanism at the wire.

    What is sent is clipped to an l2 norm R about its middle, and every number of it gets Gaussian
    noise of standard deviation σ.
    """

    defence: ClassVar[str] = "noise"

    clip_to_noise_ratio: Annotated[float, Listed("clip_to_noise_ratios")] = Field(
        gt=0, description="R/σ; what can be promised follows from it and the width."
    )
    clip_quantile: float = Field(
        0.5,
        gt=0,
        le=1,
        description="R is this quantile of the norms that undefended activations have on the "
        "validation images.",
    )
    observations: int = Field(
        1, ge=1, description="Noisy readings of one input that the eavesdropper averages."
    )

    @property
    def label(self) -> str:
        """``noise-2``, or with several readings ``noise-2-read-9-times``."""
        readings = f"-read-{self.observations}-times" if self.observations > 1 else ""
        return f"{self.defence}-{self.clip_to_noise_ratio:g}{readings}"
