"""The settings of differentially private training that can be accounted for."""

from dataclasses import dataclass
from typing import ClassVar

from intercept.runtime.errors import UserError
from intercept.training.settings import PrivateSettings


@dataclass(frozen=True, kw_only=True)
class Settings(PrivateSettings):
    """Adam with each example clipped, Gaussian noise and Poisson sampling.

    Attributes:
        epsilon: in place of `noise_multiplier`, which is then the least that gives this epsilon
            (above 0) at `delta` after all steps: Poisson sampling, add or remove one. If both
            are given they must agree within 1%.
        clip_gradients: false leaves gradients as they are and adds the noise that clipping to
            `l2_norm_clip` would ask for: a control, which protects nobody.
        normalisation: ``example``, over each example by itself. ``batch`` is refused.

    Raises:
        UserError: there is neither a noise multiplier nor an epsilon, an epsilon is asked of
            gradients that are not clipped, or a value is out of its range.
    """

    recipe: ClassVar[str] = "sound"

    epsilon: float | None = None
    clip_gradients: bool = True
    normalisation: str = "example"

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.noise_multiplier is None and self.epsilon is None:
            raise UserError(
                "targets: recipe 'sound' has neither noise_multiplier nor epsilon; give one"
            )
        if self.epsilon is not None:
            self.require("epsilon", self.epsilon > 0, "above 0")
            allowed = "none without clip_gradients, for it would be infinite"
            self.require("epsilon", self.clip_gradients, allowed)
        if self.normalisation == "batch":
            raise UserError(
                "targets: normalisation is 'batch', which recipe 'sound' refuses: BatchNorm mixes "
                "the examples of a batch, so that no example's gradient can be clipped by itself, "
                "and releases moving averages without noise; write example, or use recipe 'post'"
            )
        self.require("normalisation", self.normalisation == "example", "example")
