"""The settings of uniform quantisation."""

from typing import Annotated, ClassVar

from pydantic import Field

from intercept.defences.settings import DefenceSettings
from intercept.settings import Listed


class Settings(DefenceSettings):
    """Rounding to evenly spaced values."""

    defence: ClassVar[str] = "quantisation"
    description: ClassVar[str] = "rounds every number to one of a few evenly spaced values."

    bit_width: Annotated[int, Listed("bit_widths")] = Field(
        ge=1, le=16, description="Bits for each number, which has two to this power values."
    )

    @property
    def label(self) -> str:
        """``quantisation-2`` for two bits."""
        return f"{self.defence}-{self.bit_width}"
