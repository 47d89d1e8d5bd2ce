"""Settings that defences share; free of TensorFlow, so that a dry run can check them."""

from dataclasses import dataclass
from typing import ClassVar

from intercept.settings import NamedSettings


@dataclass(frozen=True, kw_only=True)
class DefenceSettings(NamedSettings):
    """What every defence has.

    Attributes:
        defence: its name in the configuration.
    """

    section: ClassVar[str] = "releases"
    noun: ClassVar[str] = "defence"
    defence: ClassVar[str]

    @property
    def label(self) -> str:
        """Its name and how strong it is, as part of a release's name."""
        return self.defence
