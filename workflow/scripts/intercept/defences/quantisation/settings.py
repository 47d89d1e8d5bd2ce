"""The settings of uniform quantisation."""

from dataclasses import dataclass
from typing import ClassVar

from intercept.defences.settings import DefenceSettings


@dataclass(frozen=True, kw_only=True)
class Settings(DefenceSettings):
    """Rounding to evenly spaced values.

    Attributes:
        bit_width: bits for each number, from 1 to 16; it has two to this power values.

    Raises:
        UserError: the width is out of its range.
    """

    defence: ClassVar[str] = "quantisation"

    bit_width: int

    def __post_init__(self) -> None:
        self.require("bit_width", 1 <= self.bit_width <= 16, "1 to 16")

    @property
    def label(self) -> str:
        """``quantisation-2`` for two bits."""
        return f"{self.defence}-{self.bit_width}"
