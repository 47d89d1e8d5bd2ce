"""The settings of each recipe; free of TensorFlow, so that a dry run can check them."""

from dataclasses import asdict, dataclass
from typing import Any, ClassVar

from intercept.errors import UserError


def _require(holds: bool, key: str, value: Any, allowed: str) -> None:
    if not holds:
        raise UserError(f"targets: {key} is {value!r}; allowed is {allowed}")


@dataclass(frozen=True)
class RecipeSettings:
    """What every recipe has.

    Attributes:
        epochs: passes over the training set, at least 0; 0 leaves the network untrained.
        batch_size: images in a step, at least 1; under Poisson sampling the expected number.
        learning_rate: Adam's, above 0.

    Raises:
        UserError: a value is out of its range.
    """

    recipe: ClassVar[str]

    epochs: int
    batch_size: int
    learning_rate: float

    def __post_init__(self) -> None:
        _require(self.epochs >= 0, "epochs", self.epochs, "0 or more")
        _require(self.batch_size >= 1, "batch_size", self.batch_size, "1 or more")
        _require(self.learning_rate > 0, "learning_rate", self.learning_rate, "above 0")

    def as_params(self) -> dict[str, Any]:
        """The settings as one sorted dict of plain values, which Snakemake can compare."""
        return dict(sorted({"recipe": self.recipe, **asdict(self)}.items()))


@dataclass(frozen=True)
class PostPart1Settings(RecipeSettings):
    """The post's target without differential privacy, as its part 1 ran."""

    recipe: ClassVar[str] = "post-part-1"

    epochs: int = 10
    batch_size: int = 32
    learning_rate: float = 0.001


@dataclass(frozen=True)
class SoundSettings(RecipeSettings):
    """Differentially private Adam with each example clipped and Poisson sampling.

    Attributes:
        l2_norm_clip: the largest l2 norm of one example's gradient, above 0.
        noise_multiplier: standard deviation of the noise on the sum of clipped gradients, as a
            multiple of `l2_norm_clip`; 0 clips without noise.
        noise_source: ``os-entropy`` draws noise and samples afresh from the operating system;
            ``seed`` from the target's seed, which anyone who knows it can repeat.
    """

    recipe: ClassVar[str] = "sound"

    epochs: int = 20
    batch_size: int = 32
    learning_rate: float = 0.005
    l2_norm_clip: float = 1.0
    noise_multiplier: float = 0.7
    noise_source: str = "os-entropy"

    def __post_init__(self) -> None:
        super().__post_init__()
        _require(self.l2_norm_clip > 0, "l2_norm_clip", self.l2_norm_clip, "above 0")
        _require(self.noise_multiplier >= 0, "noise_multiplier", self.noise_multiplier, "0 or more")
        sources = ("os-entropy", "seed")
        _require(
            self.noise_source in sources, "noise_source", self.noise_source, " or ".join(sources)
        )


RECIPES = {settings.recipe: settings for settings in (PostPart1Settings, SoundSettings)}


def recipe_settings(recipe: str, **values: Any) -> RecipeSettings:
    """The settings of the recipe of that name, with its defaults where `values` has none.

    Raises:
        UserError: no such recipe, a setting that it has not, or a value out of range.
    """
    if recipe not in RECIPES:
        raise UserError(f"targets: recipe is {recipe!r}; allowed is one of {', '.join(RECIPES)}")
    settings = RECIPES[recipe]
    known = settings.__dataclass_fields__
    for key in values:
        if key not in known:
            raise UserError(
                f"targets: recipe {recipe!r} has no setting {key!r}; it has {', '.join(known)}"
            )
    return settings(**values)
