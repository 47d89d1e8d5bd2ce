"""The settings of clipping with Gaussian noise."""

from typing import ClassVar

from pydantic import Field

from intercept.defences.settings import NoisySettings


class Settings(NoisySettings):
    """The Gaussian mechanism at the wire.

    What is sent is clipped about a fixed centre to an l2 norm R, and every number of it gets
    Gaussian noise of standard deviation σ.
    """

    defence: ClassVar[str] = "noise"
    description: ClassVar[str] = (
        "clips the activation about a fixed centre to an l2 norm R and adds Gaussian noise of "
        "standard deviation σ to every number."
    )

    clip_quantile: float = Field(
        0.5,
        gt=0,
        le=1,
        description="R is this quantile of the norms that undefended activations have on the "
        "validation images.",
    )

    @property
    def label(self) -> str:
        """As `noise_label`."""
        return self.noise_label
