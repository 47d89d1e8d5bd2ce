"""The settings of white-box refinement."""

from dataclasses import dataclass
from typing import ClassVar

from intercept.attackers.settings import AttackerSettings, require


@dataclass(frozen=True, kw_only=True)
class Settings(AttackerSettings):
    """Starts at another attacker's answers and changes them towards the activations seen.

    Attributes:
        starts_at: that attacker.
        steps: how often every image is changed at most, at least 1.
        learning_rate: Adam's on the logits of pixels, above 0.
        trust: weight of the starting answer against the activation, 0 or more.
    """

    attacker: ClassVar[str] = "refine"
    memory_mb: ClassVar[int] = 3600

    starts_at: str = "decoder"
    steps: int = 8
    learning_rate: float = 0.2
    trust: float = 0.05

    def __post_init__(self) -> None:
        require(self.steps >= 1, "steps", self.steps, "1 or more")
        require(self.learning_rate > 0, "learning_rate", self.learning_rate, "above 0")
        require(self.trust >= 0, "trust", self.trust, "0 or more")
