"""Settings that defences share; free of TensorFlow, so that a dry run can check them."""

from typing import ClassVar

from intercept.settings import NamedSettings


class DefenceSettings(NamedSettings):
    """What every defence has.

    Attributes:
        defence: its name in the configuration.
    """

    noun: ClassVar[str] = "defence"
    defence: ClassVar[str]

    @property
    def label(self) -> str:
        """Its name and how strong it is, as part of a wire's name."""
        return self.defence
