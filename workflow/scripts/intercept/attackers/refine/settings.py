"""The settings of white-box refinement."""

from dataclasses import dataclass
from typing import ClassVar

from intercept.attackers.settings import AttackerSettings


@dataclass(frozen=True, kw_only=True)
class Settings(AttackerSettings):
    """Starts at another attacker's answers and changes them towards the activations seen.

    Attributes:
        starts_at: that attacker.
        steps: how often every image is changed at most, at least 1.
        learning_rate: Adam's on the logits of pixels, above 0.
        trust: weight of the starting answer against the activation, 0 or more.

    Raises:
        UserError: a value is out of its range.
    """

    attacker: ClassVar[str] = "refine"
    description: ClassVar[str] = (
        "starts at another attacker's answer (the decoder's, unless set otherwise), sharpened, and "
        "changes it so that the device part would send something closer to what was seen. It needs "
        "the weights of that part. Where the data is black and white, so is its answer."
    )
    memory_mb: ClassVar[int] = 3600

    starts_at: str = "decoder"
    steps: int = 8
    learning_rate: float = 0.2
    trust: float = 0.05

    def __post_init__(self) -> None:
        self.require("steps", self.steps >= 1, "1 or more")
        self.require("learning_rate", self.learning_rate > 0, "above 0")
        self.require("trust", self.trust >= 0, "0 or more")
