"""The settings of the attack by a generative prior."""

from typing import Any, ClassVar

from pydantic import Field

from intercept.attackers.settings import (
    CHANNELS,
    SHARPENINGS,
    ChannelsOfDecoder,
    Sharpenings,
    TrainedSettings,
)

_OF_THE_MODEL = ("kind", "epochs", "batch_size", "learning_rate", "latent_size", "channels")


class Settings(TrainedSettings):
    """A variational autoencoder of the attacker's images, its latent fitted to the activation.

    The autoencoder knows no wire and is trained once for all of them.
    """

    kind: ClassVar[str] = "prior"
    description: ClassVar[str] = (
        "looks for the image that would send what was seen among those that a variational "
        "autoencoder of the adversary's images can make. It needs the device part's weights."
    )
    needs_gradients: ClassVar[bool] = True

    epochs: int = Field(2, ge=1, description="Passes of the autoencoder's training over images.")
    batch_size: int = Field(64, ge=1, description="Images in a step of the autoencoder's training.")
    learning_rate: float = Field(0.0015, gt=0, description="Adam's, of the autoencoder, at first.")
    latent_size: int = Field(64, ge=1, description="Numbers in the autoencoder's latent.")
    channels: ChannelsOfDecoder = CHANNELS
    guesser_layers: int = Field(
        2, ge=0, description="Hidden layers of the network that guesses latents from activations."
    )
    guesser_units: int = Field(512, ge=1, description="Units of each of these layers.")
    guesser_epochs: int = Field(8, ge=1, description="Passes over images of its training.")
    guesser_batch_size: int = Field(128, ge=1, description="Images in a step of its training.")
    guesser_learning_rate: float = Field(
        0.001, gt=0, description="Initial learning rate of Adam for the guesser."
    )
    steps: int = Field(
        8,
        ge=1,
        description="Largest number of steps on the latent; how many are taken is chosen on images "
        "held out.",
    )
    step_size: float = Field(0.1, gt=0, description="Adam's learning rate, of the latent.")

    sharpenings: Sharpenings = SHARPENINGS

    def prior_params(self) -> dict[str, Any]:
        """The settings that the autoencoder depends on, plain and sorted."""
        return {key: value for key, value in self.as_params().items() if key in _OF_THE_MODEL}
