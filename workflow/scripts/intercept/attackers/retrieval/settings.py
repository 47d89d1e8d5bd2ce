"""The settings of retrieval: there are none."""

from typing import ClassVar

from intercept.attackers.settings import AttackerSettings


class Settings(AttackerSettings):
    """Ranks a gallery of candidates by the activations that they would give."""

    kind: ClassVar[str] = "retrieval"
    description: ClassVar[str] = (
        "rebuilds no image. It has the evaluation images themselves as candidates and ranks them "
        "by the activations that they would give, as can whoever knows that the image is one of "
        "them."
    )
    rebuilds: ClassVar[bool] = False
