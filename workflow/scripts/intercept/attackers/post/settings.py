"""The settings of the post's attacker; the defaults are the post's."""

from typing import ClassVar

from pydantic import Field

from intercept.attackers.settings import TrainedSettings


class Settings(TrainedSettings):
    """The post's decoder: a network trained on the attacker's images as they are."""

    kind: ClassVar[str] = "post"
    description: ClassVar[str] = (
        "the post's decoder, trained on all images that the adversary owns."
    )
    judges_itself: ClassVar[bool] = False  # the post trains on all that the attacker has

    epochs: int = Field(100, ge=1, description="Passes over the attacker's images.")
    learning_rate: float = Field(0.001, gt=0, description="Adam's.")
