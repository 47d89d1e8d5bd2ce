"""Settings that defences share; free of TensorFlow, so that a dry run can check them."""

from typing import ClassVar

from intercept.settings import NamedSettings


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
    def label(self) -> str:
        """Its name and how strong it is, as part of a wire's name."""
        return self.defence
