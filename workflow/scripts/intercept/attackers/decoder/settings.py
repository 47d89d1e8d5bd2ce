"""The settings of the decoder."""

from typing import ClassVar

from pydantic import Field

from intercept.attackers.settings import CHANNELS, ChannelsOfDecoder, DenseSettings


class Settings(DenseSettings):
    """A decoder trained on the attacker's images and their augmented copies.

    `layers`, `units` and `dropout` are of the network for activations without positions,
    `channels` and `disturbance` of that for maps.
    """

    kind: ClassVar[str] = "decoder"
    passes: ClassVar[int] = 6
    description: ClassVar[str] = (
        "the mean image of all that could have sent an activation, learned from the adversary's "
        "images and augmented copies of them, up to the epoch that does best on labels held out."
    )

    batch_size: int = Field(128, ge=1, description="Images in a step.")
    channels: ChannelsOfDecoder = CHANNELS
    disturbance: float = Field(
        0.3,
        ge=0,
        description="Standard deviation of the noise on maps in training, in units of the "
        "activation's.",
    )
