"""The settings of training with a layer of another width to cut at."""

from dataclasses import dataclass
from typing import ClassVar

from intercept.training.settings import RecipeSettings

_CUT_LAYERS = ("mobile_pool_1", "mobile_pool_2", "mobile_pool_3", "mobile_output")
_STANDARD_CHANNELS = 32  # of every layer that pools, elsewhere


@dataclass(frozen=True, kw_only=True)
class Settings(RecipeSettings):
    """Ordinary Adam on the network of the sound recipe, with fewer channels at the cut.

    Attributes:
        cut_layer: the layer that is narrow, one of those that pool; it has to be cut there.
        channels: of that layer, at least 1; the others have 32. As many numbers cross the wire
            for each position of the layer's output, of which there are, on images of 105×105,
            33×33, 13×13, 4×4 and, at ``mobile_output``, one.

    Raises:
        UserError: a value is out of its range.
    """

    recipe: ClassVar[str] = "bottleneck"

    epochs: int = 10
    learning_rate: float = 0.001
    cut_layer: str = "mobile_output"
    channels: int = 8

    def __post_init__(self) -> None:
        super().__post_init__()
        self.require("cut_layer", self.cut_layer in _CUT_LAYERS, f"one of {', '.join(_CUT_LAYERS)}")
        self.require("channels", self.channels >= 1, "1 or more")

    def width_at(self, cut_layer: str) -> str:
        """Of its own at the narrow layer."""
        narrow = cut_layer == self.cut_layer and self.channels != _STANDARD_CHANNELS
        return f"{self.channels}-channels" if narrow else super().width_at(cut_layer)
