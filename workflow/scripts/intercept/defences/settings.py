"""Settings that defences share; free of TensorFlow, so that a dry run can check them."""

import math
from typing import Annotated, ClassVar, Self

from pydantic import Field, model_validator

from intercept.settings import Listed, NamedSettings


class DefenceSettings(NamedSettings):
    """What every defence has.

    Attributes:
        defence: its name in the configuration.
        trained: whether it is trained on the target's training images, and brings a server part of
            its own; if not, it is calibrated on the validation images.
        description: what there is to say of every defence of this kind, as plain text.
    """

    noun: ClassVar[str] = "defence"
    defence: ClassVar[str]
    trained: ClassVar[bool] = False
    description: ClassVar[str] = ""

    def describe(self) -> str:
        """What the page says of this defence behind its name, as plain text."""
        return self.description

    @property
    def computes_server(self) -> bool:
        """Whether the device computes the target's server part, too, by layers of Keras."""
        return False

    @property
    def label(self) -> str:
        """Its name and how strong it is, as part of a wire's name."""
        return self.defence


class PromisingSettings(DefenceSettings):
    """What every defence has of which something is promised for any inputs.

    Attributes:
        strength: the setting in whose place `identified` and `among` may be given.
    """

    strength: ClassVar[str]

    identified: Annotated[float | None, Listed("identified_rates")] = Field(
        None,
        gt=0,
        lt=1,
        description="In place of a strength: how often anybody may pick the input out of `among` "
        "equally likely ones at most. The defence is then the weakest that promises it. A share of "
        "1 is every time.",
    )
    among: int | None = Field(
        None, ge=2, description="With `identified`: how many inputs are equally likely."
    )

    @model_validator(mode="after")
    def _strong_by_either(self) -> Self:
        strong = getattr(self, self.strength) is not None
        if strong and self.identified is not None:
            raise ValueError(f"has {self.strength} and identified; give one of them")
        if not strong and self.identified is None:
            raise ValueError(
                f"has neither {self.strength} nor identified with among; give one, or a goal to "
                "the study"
            )
        if (self.identified is None) != (self.among is None):
            has, lacks = ("among", "identified") if self.among else ("identified", "among")
            raise ValueError(f"has {has} without {lacks}; give both or none")
        refuse_what_guessing_has(self.identified, self.among)
        return self

    @property
    def asked(self) -> str:
        """What is asked for, as part of a label: ``for-0.05-of-20000``."""
        return f"for-{self.identified:g}-of-{self.among}"


def refuse_what_guessing_has(identified: float | None, among: int | None) -> None:
    """Refuse to ask for no more than guessing has.

    Args:
        identified: how often an input may be picked out at most, in (0, 1).
        among: of how many; nothing is refused where either is None.

    Raises:
        ValueError: nobody can be kept below it.
    """
    if identified is not None and among is not None and identified * among <= 1:
        raise ValueError(
            f"asks for {identified:g} among {among}, and guessing has {1 / among:g}; ask for more "
            "than that, or among more"
        )


class NoisySettings(PromisingSettings):
    """What every defence with Gaussian noise has.

    Attributes:
        equal_norms: whether every signal has the same norm.
    """

    strength: ClassVar[str] = "clip_to_noise_ratio"
    equal_norms: ClassVar[bool] = False

    clip_to_noise_ratio: Annotated[float | None, Listed("clip_to_noise_ratios")] = Field(
        None,
        gt=0,
        description="R/σ; what can be promised follows from it and the width. Needed where there "
        "is neither `identified` nor a goal.",
    )
    observations: int = Field(
        1,
        ge=1,
        description="Noisy readings of one input that the adversary averages. The server has one.",
    )

    def ratio(self, numbers: int) -> float:
        """R/σ of one reading, where so many numbers are sent."""
        if self.clip_to_noise_ratio is not None:
            return self.clip_to_noise_ratio
        from intercept.bounds.strength import largest_ratio  # SciPy, which a plan does not need

        assert self.identified is not None and self.among is not None
        of_all = largest_ratio(self.identified, self.among, numbers, self.equal_norms)
        return of_all / math.sqrt(self.observations)

    @property
    def noise_label(self) -> str:
        """``noise-2``, or with several readings ``noise-2-read-9-times``."""
        given = self.clip_to_noise_ratio
        strength = self.asked if given is None else f"{given:g}"
        readings = f"-read-{self.observations}-times" if self.observations > 1 else ""
        return f"noise-{strength}{readings}"


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

    def describe(self) -> str:
        """As of the kind, and whether the device computes the whole network."""
        whole = (
            " The device computes the whole network, and what it sends is made of the predicted "
            "probabilities, too."
        )
        return self.description + (whole if self.predicts_on_device else "")

    @property
    def computes_server(self) -> bool:
        """As the settings say."""
        return self.predicts_on_device
