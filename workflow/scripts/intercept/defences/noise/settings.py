"""The settings of clipping with Gaussian noise."""

from typing import ClassVar

from pydantic import Field

from intercept.defences.settings import (
    ClipToNoiseRatio,
    DefenceSettings,
    Observations,
    noise_label,
)


class Settings(DefenceSettings):
    """The Gaussian mechanism at the wire.

    What is sent is clipped to an l2 norm R about its middle, and every number of it gets Gaussian
    noise of standard deviation σ.
    """

    defence: ClassVar[str] = "noise"

    clip_to_noise_ratio: ClipToNoiseRatio
    clip_quantile: float = Field(
        0.5,
        gt=0,
        le=1,
        description="R is this quantile of the norms that undefended activations have on the "
        "validation images.",
    )
    observations: Observations = 1

    @property
    def label(self) -> str:
        """``noise-2``, or with several readings ``noise-2-read-9-times``."""
        return noise_label(self.clip_to_noise_ratio, self.observations)
