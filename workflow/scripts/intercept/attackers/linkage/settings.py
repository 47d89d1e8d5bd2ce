"""The settings of linkage: there are none."""

from typing import ClassVar

from intercept.attackers.settings import AttackerSettings


class Settings(AttackerSettings):
    """Assigns the readings of many inputs to as many candidates, one to one."""

    kind: ClassVar[str] = "linkage"
    description: ClassVar[str] = (
        "rebuilds no image. It has the evaluation images as candidates, a reading of each, and "
        "knows that no two readings come from the same one: it assigns all of them at once. What "
        "is possible for, or promised of, one input does not cover it."
    )
    rebuilds: ClassVar[bool] = False
    links: ClassVar[bool] = True
