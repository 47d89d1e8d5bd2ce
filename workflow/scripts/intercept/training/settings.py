"""Settings that recipes share; free of TensorFlow, so that a dry run can check them."""

import hashlib
from typing import Annotated, ClassVar, Literal

from pydantic import Field, ValidationInfo, field_validator

from intercept.settings import Listed, NamedSettings, PathText


def width_of_file(path: str) -> str:
    """What `TargetSettings.width_at` is for the network of a file, whose widths are its own."""
    return f"file-{hashlib.sha256(path.encode()).hexdigest()[:8]}"


class TargetSettings(NamedSettings):
    """How a target comes about.

    Attributes:
        recipe: the recipe's name in the configuration.
        memory_mb: what a training on the 13,180 images of Omniglot's test split takes at most.
    """

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
    def differentiable(self) -> bool:
        """Whether gradients of the network can be had."""
        return True

    @property
    def files(self) -> list[str]:
        """The paths of files that it comes from."""
        return []

    @property
    def serves(self) -> bool:
        """Whether there is a server part, which names classes."""
        return True

    @property
    def answers_any(self) -> bool:
        """Whether the device part answers to any image, and not to some alone."""
        return True

    @property
    def code(self) -> tuple[str, ...]:
        """Names of code that the network's files may hold; see `intercept.networks.model_file`."""
        return ()


class RecipeSettings(TargetSettings):
    """What every recipe has that trains."""

    epochs: int = Field(
        10, ge=0, description="Passes over the training set; 0 leaves the network untrained."
    )
    batch_size: int = Field(
        32, ge=1, description="Images in a step; under Poisson sampling the expected number."
    )
    learning_rate: float = Field(0.001, gt=0, description="Adam's.")
    checkpoints: Annotated[
        tuple[Annotated[int, Field(ge=0)], ...],
        Field(
            strict=False,
            description="Epochs below `epochs`, after each of which the network is a target of "
            "its own besides, `<name>-epoch-<epoch>`; 0 is the network as it was initialised.",
        ),
    ] = ()

    @field_validator("checkpoints")
    @classmethod
    def _before_the_end(cls, checkpoints: tuple[int, ...], info: ValidationInfo) -> tuple[int, ...]:
        epochs = info.data.get("epochs")
        if epochs is not None and any(epoch >= epochs for epoch in checkpoints):
            below = f"epochs from 0 to {epochs - 1}, below epochs" if epochs else "none at 0 epochs"
            raise ValueError(below)
        if len(set(checkpoints)) < len(checkpoints):
            raise ValueError("each epoch once")
        return checkpoints

    @property
    def training_epochs(self) -> int:
        """As the settings say."""
        return self.epochs


class NetworkSettings(RecipeSettings):
    """What recipes have besides that train any network."""

    architecture: PathText | None = Field(
        None,
        min_length=1,
        description="Path of a Keras file, `.keras` or `.h5`, whose network is trained in the "
        "place of the built-in one; relative to the working folder. It starts at fresh weights, "
        "which follow from the seed; those in the file are not used.",
        json_schema_extra={"allowed": "the path of a Keras file, .keras or .h5"},
    )
    allow_code: Annotated[
        tuple[Annotated[str, Field(min_length=1)], ...],
        Field(
            strict=False,
            description="Names of code in that file (Lambda layers, custom objects) that may run; "
            "other code is refused.",
        ),
    ] = ()

    def width_at(self, cut_layer: str) -> str:
        """Of the file's own, if the network comes from one."""
        if self.architecture is None:
            return super().width_at(cut_layer)
        return width_of_file(self.architecture)

    @property
    def files(self) -> list[str]:
        """That of its architecture, if it has one."""
        return [self.architecture] if self.architecture else []

    @property
    def code(self) -> tuple[str, ...]:
        """Names of code that the network's files may hold."""
        return self.allow_code


class CutSettings(NetworkSettings):
    """What recipes have besides that train a network which is cut behind one layer."""

    cut_layer: str = Field("mobile_output", description="The layer whose activation is meant.")


class PrivateSettings(NetworkSettings):
    """What recipes with differential privacy have besides; the defaults are the post's."""

    epochs: int = Field(
        20, ge=0, description="Passes over the training set; 0 leaves the network untrained."
    )
    learning_rate: float = Field(0.005, gt=0, description="Adam's.")
    l2_norm_clip: float = Field(
        1.0, gt=0, description="The largest l2 norm of one image's gradient."
    )
    noise_multiplier: Annotated[float | None, Listed("noise_multipliers")] = Field(
        None,
        ge=0,
        description="Standard deviation of the noise on the sum of clipped gradients, in units of "
        "`l2_norm_clip`; 0 clips without noise.",
    )
    delta: float = Field(
        1e-5,
        gt=0,
        lt=1,
        description="The delta that epsilon is stated for; below 1 / training images to mean "
        "anything.",
    )
    noise_source: Literal["os-entropy", "seed"] = Field(
        "os-entropy",
        description="`os-entropy` draws noise and samples afresh from the operating system; "
        "`seed` from the target's seed, which anyone who knows it can repeat, so that it protects "
        "nobody.",
    )
