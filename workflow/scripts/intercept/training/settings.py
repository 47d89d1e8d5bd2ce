"""Settings that recipes share; free of TensorFlow, so that a dry run can check them."""

from dataclasses import dataclass
from typing import ClassVar

from intercept.settings import NamedSettings


@dataclass(frozen=True, kw_only=True)
class TargetSettings(NamedSettings):
    """How a target comes about.

    Attributes:
        recipe: the recipe's name in the configuration.
        memory_mb: what a training on the 13,180 images of Omniglot's test split takes at most.
    """

    section: ClassVar[str] = "targets"
    noun: ClassVar[str] = "recipe"
    recipe: ClassVar[str]
    memory_mb: ClassVar[int] = 3500

    @property
    def training_epochs(self) -> int:
        """Passes over the training set; 0 where nothing is trained."""
        return 0

    def width_at(self, cut_layer: str) -> str:
        """A name that targets have in common whose wires are equally wide when cut there.

        Not the number of numbers, which is known when the network is built. A recipe that builds
        layers of other widths than the post's has to give them names of their own.
        """
        return "standard"

    @property
    def code(self) -> tuple[str, ...]:
        """Names of code that the network's files may hold; see `intercept.model_file`."""
        return ()


@dataclass(frozen=True, kw_only=True)
class RecipeSettings(TargetSettings):
    """What every recipe has that trains.

    Attributes:
        epochs: passes over the training set, at least 0; 0 leaves the network untrained.
        batch_size: images in a step, at least 1; under Poisson sampling the expected number.
        learning_rate: Adam's, above 0.
        checkpoints: epochs, each at least 0 and below `epochs`, after which the network becomes a
            target of its own; 0 is the network as it was initialised.

    Raises:
        UserError: a value is out of its range.
    """

    epochs: int
    batch_size: int = 32
    learning_rate: float
    checkpoints: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        self.require("epochs", self.epochs >= 0, "0 or more")
        self.require("batch_size", self.batch_size >= 1, "1 or more")
        self.require("learning_rate", self.learning_rate > 0, "above 0")
        before = all(0 <= epoch < self.epochs for epoch in self.checkpoints)
        allowed = f"epochs from 0 to {self.epochs - 1}, below epochs" if self.epochs else "none"
        self.require("checkpoints", before, allowed)
        once = len(set(self.checkpoints)) == len(self.checkpoints)
        self.require("checkpoints", once, "each epoch once")

    @property
    def training_epochs(self) -> int:
        """As the settings say."""
        return self.epochs


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

    Raises:
        UserError: a value is out of its range.
    """

    epochs: int = 20
    learning_rate: float = 0.005
    l2_norm_clip: float = 1.0
    noise_multiplier: float | None = None
    delta: float = 1e-5
    noise_source: str = "os-entropy"

    def __post_init__(self) -> None:
        super().__post_init__()
        self.require("l2_norm_clip", self.l2_norm_clip > 0, "above 0")
        if self.noise_multiplier is not None:
            self.require("noise_multiplier", self.noise_multiplier >= 0, "0 or more")
        self.require("delta", 0 < self.delta < 1, "above 0 and below 1")
        sources = ("os-entropy", "seed")
        self.require("noise_source", self.noise_source in sources, " or ".join(sources))
