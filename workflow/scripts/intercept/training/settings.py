"""Settings that recipes share; free of TensorFlow, so that a dry run can check them."""

from dataclasses import asdict, dataclass
from typing import Any, ClassVar

from intercept.errors import UserError


def require(holds: bool, key: str, value: Any, allowed: str) -> None:
    """Refuse the value of a target's setting unless `holds`.

    Raises:
        UserError: naming the key, the value and what is allowed.
    """
    if not holds:
        raise UserError(f"targets: {key} is {value!r}; allowed is {allowed}")


@dataclass(frozen=True, kw_only=True)
class RecipeSettings:
    """What every recipe has.

    Attributes:
        epochs: passes over the training set, at least 0; 0 leaves the network untrained.
        batch_size: images in a step, at least 1; under Poisson sampling the expected number.
        learning_rate: Adam's, above 0.
        recipe: the recipe's name in the configuration.
        memory_mb: what a training on the 13,180 images of Omniglot's test split takes at most.

    Raises:
        UserError: a value is out of its range.
    """

    recipe: ClassVar[str]
    memory_mb: ClassVar[int] = 3500

    epochs: int
    batch_size: int = 32
    learning_rate: float

    def __post_init__(self) -> None:
        require(self.epochs >= 0, "epochs", self.epochs, "0 or more")
        require(self.batch_size >= 1, "batch_size", self.batch_size, "1 or more")
        require(self.learning_rate > 0, "learning_rate", self.learning_rate, "above 0")

    def as_params(self) -> dict[str, Any]:
        """The settings as one sorted dict of plain values, which Snakemake can compare."""
        return dict(sorted({"recipe": self.recipe, **asdict(self)}.items()))


@dataclass(frozen=True, kw_only=True)
class PrivateSettings(RecipeSettings):
    """What recipes with differential privacy have besides; the defaults are the post's.

    Attributes:
        l2_norm_clip: the largest l2 norm of one example's gradient, above 0.
        noise_multiplier: standard deviation of the noise on the sum of clipped gradients, as a
            multiple of `l2_norm_clip`; 0 clips without noise. Recipes may allow None.
        delta: the delta that epsilon is stated for, in (0, 1); below 1 / images to mean anything.
        noise_source: ``os-entropy`` draws noise and samples afresh from the operating system;
            ``seed`` from the target's seed, which anyone who knows it can repeat.
    """

    epochs: int = 20
    learning_rate: float = 0.005
    l2_norm_clip: float = 1.0
    noise_multiplier: float | None = None
    delta: float = 1e-5
    noise_source: str = "os-entropy"

    def __post_init__(self) -> None:
        super().__post_init__()
        require(self.l2_norm_clip > 0, "l2_norm_clip", self.l2_norm_clip, "above 0")
        if self.noise_multiplier is not None:
            require(
                self.noise_multiplier >= 0, "noise_multiplier", self.noise_multiplier, "0 or more"
            )
        require(0 < self.delta < 1, "delta", self.delta, "above 0 and below 1")
        sources = ("os-entropy", "seed")
        require(
            self.noise_source in sources, "noise_source", self.noise_source, " or ".join(sources)
        )
