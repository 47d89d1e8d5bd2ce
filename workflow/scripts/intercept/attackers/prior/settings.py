"""The settings of the attack by a generative prior."""

from dataclasses import dataclass
from typing import Any, ClassVar

from intercept.attackers.settings import TrainedSettings


@dataclass(frozen=True, kw_only=True)
class Settings(TrainedSettings):
    """A variational autoencoder of the attacker's images, its latent fitted to the activation.

    The autoencoder knows no release and is trained once for all of them; `epochs`, `batch_size`
    and `learning_rate` are of its training.

    Attributes:
        latent_size: length of the latent, at least 1.
        steps: how often the latent is improved, at least 1.

    Raises:
        UserError: a value is out of its range.
    """

    attacker: ClassVar[str] = "prior"
    description: ClassVar[str] = (
        "looks for the image that would send what was seen among those that a variational "
        "autoencoder of the attacker's images can make. It needs the device part's weights."
    )
    needs_prior: ClassVar[bool] = True

    epochs: int = 2
    batch_size: int = 64
    learning_rate: float = 0.0015
    latent_size: int = 64
    steps: int = 8

    def __post_init__(self) -> None:
        super().__post_init__()
        self.require("latent_size", self.latent_size >= 1, "1 or more")
        self.require("steps", self.steps >= 1, "1 or more")

    def model_params(self) -> dict[str, Any]:
        """The settings that the autoencoder depends on, plain and sorted."""
        return {key: value for key, value in self.as_params().items() if key != "steps"}
