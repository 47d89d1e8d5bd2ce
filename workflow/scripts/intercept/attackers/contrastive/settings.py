"""The settings of the contrastive decoder."""

from typing import ClassVar

from pydantic import Field

from intercept.attackers.settings import DenseSettings


class Settings(DenseSettings):
    """A decoder whose answers are to be nearer to the right image than to any other.

    The defaults are by labels of Omniglot's small1 that were held out. Without the weight of the
    squared error answers identify as well and look less like drawings.
    """

    kind: ClassVar[str] = "contrastive"
    passes: ClassVar[int] = 12
    description: ClassVar[str] = (
        "the answer by which an image is told from others: it shows what they differ in more "
        "boldly than it is sure of. Learned from the adversary's images and augmented copies of "
        "them, up to the epoch that does best on labels held out."
    )

    batch_size: int = Field(
        256, ge=2, description="Images in a step; each answer is compared with all of them."
    )
    dropout: float = Field(
        0.2, ge=0, lt=1, description="Share of each layer's values that are dropped in training."
    )
    sharpness: float = Field(
        20.0,
        gt=0,
        description="Factor of squared distances, in units of the images' variance, in the "
        "comparison.",
    )
    error_weight: float = Field(
        2.0,
        ge=0,
        description="Weight of the squared error, in units of the images' variance, beside the "
        "comparison in nats.",
    )
