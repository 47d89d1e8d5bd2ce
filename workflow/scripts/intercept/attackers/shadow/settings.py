"""The settings of an attack without a copy of the device part."""

from typing import ClassVar

from pydantic import Field

from intercept.attackers.settings import TrainedSettings


class Settings(TrainedSettings):
    """Trains a shadow of the device part, and a decoder on what that sends.

    The adversary runs the server, or has its part, and knows the defence. The shadow is trained so
    that what it sends, behind the device's noise, cannot be told from what was seen on the wire,
    and so that the server part classifies the attacker's images correctly by it. These classes
    have to be the target's.
    """

    kind: ClassVar[str] = "shadow"
    description: ClassVar[str] = (
        "has no copy of the device part. It knows the server part and the classes of its own "
        "images, trains a device part of its own to send what was seen on the wire, and a decoder "
        "on what this sends."
    )
    needs_gradients: ClassVar[bool] = True
    needs_server: ClassVar[bool] = True

    epochs: int = Field(
        20,
        ge=1,
        description="Passes of the shadow over as many images as the attacker has with all copies; "
        "it learns from the images alone.",
    )
    batch_size: int = Field(64, ge=2, description="Images in a step of the shadow.")
    critic_weight: float = Field(
        1.0,
        ge=0,
        description="Weight, beside the cross-entropy, of that of a critic, in nats, which learns "
        "to tell what the shadow sends from what was seen. 1 did best on 32 numbers; on maps, of "
        "which it judges every place, 10 did.",
    )
    critic_learning_rate: float = Field(0.0004, gt=0, description="Of the critic, by Adam.")
    critic_batch: int = Field(
        128,
        ge=2,
        description="Batch size of the critic: so many of the attacker's images, and as many of "
        "the activations that were seen.",
    )
    decoder_epochs: int | None = Field(
        None,
        ge=1,
        description="Passes of the decoder over the attacker's images and their copies; left out, "
        "as of `decoder`.",
    )
