"""The settings of an encoder onto a sphere with Gaussian noise."""

from typing import ClassVar

from pydantic import Field

from intercept.defences.settings import (
    ClipToNoiseRatio,
    Observations,
    TrainedSettings,
    noise_label,
)


class Settings(TrainedSettings):
    """An encoder onto a sphere, trained through its noise.

    The device turns the activation into a point on the sphere of radius R, whatever the input, and
    every number of it gets Gaussian noise of standard deviation σ. Encoder and server part are
    trained together on the target's training images; the target's device part stays as it is.
    """

    defence: ClassVar[str] = "sphere"

    width: int = Field(
        ge=2, description="Numbers that are sent; the fewer, the more can be promised."
    )
    clip_to_noise_ratio: ClipToNoiseRatio
    observations: Observations = 1

    @property
    def label(self) -> str:
        """``sphere-8-noise-4``, or with several readings ``sphere-8-noise-4-read-9-times``."""
        noise = noise_label(self.clip_to_noise_ratio, self.observations)
        return f"{self.defence}-{self.width}-{noise}"
