"""Settings that defences share; free of TensorFlow, so that a dry run can check them."""

from typing import Annotated, ClassVar

from pydantic import Field

from intercept.settings import Listed, NamedSettings

ClipToNoiseRatio = Annotated[
    float,
    Listed("clip_to_noise_ratios"),
    Field(gt=0, description="R/σ; what can be promised follows from it and the width."),
]
Observations = Annotated[
    int,
    Field(ge=1, description="Noisy readings of one input that the eavesdropper averages."),
]


def noise_label(clip_to_noise_ratio: float, observations: int) -> str:
    """``noise-2``, or with several readings ``noise-2-read-9-times``."""
    readings = f"-read-{observations}-times" if observations > 1 else ""
    return f"noise-{clip_to_noise_ratio:g}{readings}"


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
    def computes_server(self) -> bool:
        """Whether the device computes the target's server part, too, by layers of Keras."""
        return False

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

    @property
    def computes_server(self) -> bool:
        """As the settings say."""
        return self.predicts_on_device
