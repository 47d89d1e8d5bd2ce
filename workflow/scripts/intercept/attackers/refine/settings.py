"""The settings of white-box refinement."""

from typing import ClassVar

from pydantic import Field

from intercept.attackers.settings import SHARPENINGS, AttackerSettings, Sharpenings


class Settings(AttackerSettings):
    """Starts at another attacker's answers and changes them towards the activations seen."""

    kind: ClassVar[str] = "refine"
    description: ClassVar[str] = (
        "changes another attacker's answer, sharpened, so that the device part would send what is "
        "closer to what was seen. It needs the weights of that part. Where the data is black and "
        "white, so is its answer."
    )
    needs_gradients: ClassVar[bool] = True
    memory_mb: ClassVar[int] = 3600

    starts_at: str = Field("decoder", description="The name of that attacker, in the same study.")
    steps: int = Field(
        8,
        ge=1,
        description="How often every image is changed at most; images held out say how often.",
    )
    learning_rate: float = Field(0.2, gt=0, description="Adam's, of the log-odds of pixels.")
    trust: float = Field(
        0.05, ge=0, description="Weight of the starting answer beside the activation."
    )
    sharpenings: Sharpenings = SHARPENINGS

    def describe(self) -> str:
        """As of its kind, and where it starts."""
        return f"{self.description} It starts at {self.starts_at}."

    @property
    def start(self) -> str:
        """As the settings say."""
        return self.starts_at
