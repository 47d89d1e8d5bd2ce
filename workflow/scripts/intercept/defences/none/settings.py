"""The settings of no defence: there are none."""

from dataclasses import dataclass
from typing import ClassVar

from intercept.defences.settings import DefenceSettings


@dataclass(frozen=True, kw_only=True)
class Settings(DefenceSettings):
    """The activation is sent as it is."""

    defence: ClassVar[str] = "none"
