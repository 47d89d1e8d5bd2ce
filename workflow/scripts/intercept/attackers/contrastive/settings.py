"""The settings of the contrastive decoder."""

from dataclasses import dataclass
from typing import ClassVar

from intercept.attackers.settings import TrainedSettings


@dataclass(frozen=True, kw_only=True)
class Settings(TrainedSettings):
    """A decoder whose answers are to be nearer to the right image than to any other.

    Attributes:
        epochs: passes over the attacker's images and their copies at most; training ends with the
            epoch that does best on labels held out.
        batch_size: images in a step, at least 2: each answer is compared with all images of its
            batch.

    Raises:
        UserError: a value is out of its range.
    """

    attacker: ClassVar[str] = "contrastive"
    description: ClassVar[str] = (
        "the answer by which an image is told from others: it shows what they differ in more "
        "boldly than it is sure of. Learned from the attacker's images and altered copies of "
        "them, up to the epoch that does best on labels held out."
    )

    epochs: int = 12
    batch_size: int = 512
    learning_rate: float = 0.001

    def __post_init__(self) -> None:
        super().__post_init__()
        self.require("batch_size", self.batch_size >= 2, "2 or more")
