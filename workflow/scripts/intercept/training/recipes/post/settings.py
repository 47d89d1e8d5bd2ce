"""The settings of differentially private training as the post did it."""

from typing import Annotated, ClassVar

from pydantic import Field

from intercept.settings import Listed
from intercept.training.settings import PrivateSettings


class Settings(PrivateSettings):
    """The defaults are the post's."""

    recipe: ClassVar[str] = "post"
    memory_mb: ClassVar[int] = 10_000

    noise_multiplier: Annotated[float, Listed("noise_multipliers")] = Field(
        0.7,
        ge=0,
        description="Standard deviation of the noise on the sum of clipped gradients, in units of "
        "`l2_norm_clip`; 0 clips without noise.",
    )
    images_assumed: int = Field(
        13_180,
        ge=1,
        description="The number of images from which the post takes the steps of an epoch and its "
        "epsilon; its 13,180 count the validation images too.",
    )
