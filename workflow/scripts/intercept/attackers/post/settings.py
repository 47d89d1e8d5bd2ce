"""The settings of the post's attacker; the defaults are the post's."""

from dataclasses import dataclass
from typing import ClassVar

from intercept.attackers.settings import TrainedSettings


@dataclass(frozen=True, kw_only=True)
class Settings(TrainedSettings):
    """The post's decoder: a network trained on the attacker's images as they are."""

    attacker: ClassVar[str] = "post"
    description: ClassVar[str] = "the post's decoder, trained on all images that the attacker owns."
    judges_itself: ClassVar[bool] = False  # the post trains on all that the attacker has

    epochs: int = 100
