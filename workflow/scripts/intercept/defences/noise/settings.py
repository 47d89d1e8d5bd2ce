"""The settings of clipping with Gaussian noise."""

from dataclasses import dataclass
from typing import ClassVar

from intercept.defences.settings import DefenceSettings


@dataclass(frozen=True, kw_only=True)
class Settings(DefenceSettings):
    """The Gaussian mechanism at the wire.

    Attributes:
        clip_to_noise_ratio: R/σ, the largest l2 norm of what is sent (about its middle) over the
            standard deviation of the noise in each number of it; above 0.
        clip_quantile: R is this quantile of the norms that undefended activations have on the
            validation images; above 0, at most 1.
        observations: how many noisy readings of one input the eavesdropper averages, at least 1.

    Raises:
        UserError: a value is out of its range.
    """

    defence: ClassVar[str] = "noise"

    clip_to_noise_ratio: float
    clip_quantile: float = 0.5
    observations: int = 1

    def __post_init__(self) -> None:
        self.require("clip_to_noise_ratio", self.clip_to_noise_ratio > 0, "above 0")
        self.require("clip_quantile", 0 < self.clip_quantile <= 1, "above 0 and at most 1")
        self.require("observations", self.observations >= 1, "1 or more")

    @property
    def label(self) -> str:
        """``noise-2``, or with several readings ``noise-2-read-9-times``."""
        readings = f"-read-{self.observations}-times" if self.observations > 1 else ""
        return f"{self.defence}-{self.clip_to_noise_ratio:g}{readings}"
