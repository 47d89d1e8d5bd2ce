"""The settings of the decoder."""

from dataclasses import dataclass
from typing import ClassVar

from intercept.attackers.settings import TrainedSettings


@dataclass(frozen=True, kw_only=True)
class Settings(TrainedSettings):
    """A decoder trained on the attacker's images and their altered copies.

    Attributes:
        epochs: passes over all these at most; training ends with the epoch that does best on
            labels held out.
    """

    attacker: ClassVar[str] = "decoder"
    description: ClassVar[str] = (
        "the mean image of all that could have sent an activation, learned from the attacker's "
        "images and altered copies of them, up to the epoch that does best on labels held out."
    )

    epochs: int = 6
    batch_size: int = 128
    learning_rate: float = 0.001
