"""The settings of training through a noisy wire."""

from typing import Annotated, ClassVar

from pydantic import Field

from intercept.settings import Listed
from intercept.training.settings import CutSettings


class Settings(CutSettings):
    """Ordinary Adam on the network of the recipe dp-adam, with a noisy wire inside.

    What the cut layer puts out is clipped and gets Gaussian noise before it goes on, as behind the
    defence `noise`, so that both parts learn to make do with it. To be cut there and sent
    through that defence.
    """

    recipe: ClassVar[str] = "noise-trained"

    clip_to_noise_ratio: Annotated[float, Listed("clip_to_noise_ratios")] = Field(
        gt=0, description="R/σ in training; the wire's own is set there."
    )
    clip_quantile: float = Field(
        0.5, gt=0, le=1, description="R is this quantile of the norms within each batch."
    )
    ordinary_epochs: int = Field(
        0, ge=0, description="Epochs at the beginning that train without clip and noise."
    )
