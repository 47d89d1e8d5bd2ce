"""The settings of an encoder onto a sphere with Gaussian noise."""

from typing import ClassVar

from pydantic import Field

from intercept.defences.settings import NoisySettings, TrainedSettings


class Settings(NoisySettings, TrainedSettings):
    """An encoder onto a sphere, trained through its noise.

    The device turns the activation into a point on the sphere of radius R, whatever the input, and
    every number of it gets Gaussian noise of standard deviation σ. Encoder and server part are
    trained together on the target's training images; the target's device part stays as it is.
    """

    defence: ClassVar[str] = "sphere"
    equal_norms: ClassVar[bool] = True
    description: ClassVar[str] = (
        "an encoder turns the activation into a point on a sphere of radius R, and every number "
        "of it gets Gaussian noise of standard deviation σ. Encoder and server part were trained "
        "together for the class."
    )

    width: int = Field(
        ge=2, description="Numbers that are sent; the fewer, the more can be promised."
    )
    instance_weight: float = Field(
        0.0,
        ge=0,
        description="Weight, beside the cross-entropy in nats, of how much points differ within a "
        "class: their mean squared distance to the mean of its points, in units of R².",
    )

    @property
    def label(self) -> str:
        """``sphere-8-noise-4``, or with several readings ``sphere-8-noise-4-read-9-times``."""
        instance = f"-instance-{self.instance_weight:g}" if self.instance_weight else ""
        return f"{self.defence}-{self.width}{instance}-{self.noise_label}"
