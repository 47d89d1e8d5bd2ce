"""Settings that defences share; free of TensorFlow, so that a dry run can check them."""

from typing import ClassVar

from pydantic import Field

from intercept.settings import NamedSettings


class DefenceSettings(NamedSettings):
    """What every defence has.

    Attributes:
        defence: its name in the configuration.
        trained: whether it is trained on the target's training images, and brings a server part of
            its own; if not, it is calibrated on the validation images.
    """

    noun: ClassVar[str] = "defence"
    defence: ClassVar[str]
    trained: ClassVar[bool] = False

    @property
    def label(self) -> str:
        """Its name and how strong it is, as part of a wire's name."""
        return self.defence


class TrainedSettings(DefenceSettings):
    """What every trained defence has."""

    trained: ClassVar[bool] = True

    hidden: int = Field(
        256, ge=1, description="Units of the hidden layer of the encoder, and of the server part."
    )
    epochs: int = Field(25, ge=1, description="Passes over the target's training images.")
    predicts_on_device: bool = Field(
        True,
        description="true: the device computes the target's server part, too, and the encoder "
        "learns from its probabilities beside the activation. false: from the activation alone.",
    )
