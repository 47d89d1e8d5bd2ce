"""The settings of training with a layer of another width to cut at."""

from typing import ClassVar, Literal

from pydantic import Field, field_validator

from intercept.training.settings import NetworkSettings

_STANDARD_CHANNELS = 32  # of every layer that pools, elsewhere


class Settings(NetworkSettings):
    """Ordinary Adam on the network of the recipe dp-adam, with fewer channels at the cut.

    As many numbers as channels cross the wire for each position of the layer's output: one at
    ``mobile_output``, and on images of 105×105, 33×33, 13×13 and 4×4 at the others. Images whose
    longer side is below 44 pixels have no ``mobile_pool_3``, below 18 no ``mobile_pool_2``, which
    is refused when the network is built.
    """

    recipe: ClassVar[str] = "bottleneck"

    cut_layer: Literal["mobile_pool_1", "mobile_pool_2", "mobile_pool_3", "mobile_output"] = Field(
        "mobile_output", description="The layer that is narrow; it has to be cut there."
    )
    channels: int = Field(8, ge=1, description="Channels of that layer; the others have 32.")

    @field_validator("architecture")
    @classmethod
    def _built_in(cls, architecture: str | None) -> str | None:
        if architecture is not None:
            raise ValueError("none here, for a file says how wide its layers are; use non-private")
        return architecture

    def width_at(self, cut_layer: str) -> str:
        """Of its own at the narrow layer."""
        narrow = cut_layer == self.cut_layer and self.channels != _STANDARD_CHANNELS
        return f"{self.channels}-channels" if narrow else super().width_at(cut_layer)
