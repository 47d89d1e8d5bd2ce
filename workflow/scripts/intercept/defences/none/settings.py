"""The settings of no defence: there are none."""

from typing import ClassVar

from intercept.defences.settings import DefenceSettings


class Settings(DefenceSettings):
    """The activation is sent as it is."""

    defence: ClassVar[str] = "none"
