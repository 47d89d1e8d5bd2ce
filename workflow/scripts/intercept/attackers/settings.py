"""Settings that attackers share; free of TensorFlow, so that a dry run can check them."""

import math
from typing import Annotated, Any, ClassVar

from pydantic import Field

from intercept.settings import Model, NamedSettings

_Channels = Annotated[int, Field(ge=1)]

CHANNELS = (64, 32, 32)
"""Of the network that paints images, on grids of 1/16, 1/8 and 1/4 of an image, unless set."""

_STEPS = 1000  # at least; of few images, few passes are too few steps to learn from

SHARPENINGS = (1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0, 16.0)
"""Factors that are tried, unless set."""

ChannelsOfDecoder = Annotated[
    tuple[_Channels, _Channels, _Channels],
    Field(
        strict=False,
        description="Channels of the network that paints images, on grids of 1/16, 1/8 and 1/4 of "
        "an image.",
    ),
]
Sharpenings = Annotated[
    tuple[Annotated[float, Field(gt=0)], ...],
    Field(
        strict=False,
        min_length=1,
        description="Factors of the odds of ink to try on answers before the first step; images "
        "held out choose.",
    ),
]


class AttackerSettings(NamedSettings):
    """What every attacker has.

    Attributes:
        kind: the name of its package, which a configuration gives.
        rebuilds: whether its answer to an activation is an image; otherwise it is something to
            compare with the activations of candidate images.
        links: whether its answers are assigned to the candidates jointly, each candidate to one
            answer, where others are compared with the candidates one answer at a time.
        judges_itself: whether it answers the attacker's own images by what has not learned their
            labels, which tells how well it does on what it has not seen.
        needs_gradients: whether it differentiates the device part; it is not run where that
            cannot be.
        needs_server: whether it goes by the server part and the classes of its own images, and has
            no copy of the device part; it is not run where there is no server part.
        memory_mb: what an attack on Omniglot takes at most.
        description: what there is to say of every attacker of this kind, as plain text.
    """

    noun: ClassVar[str] = "kind"
    kind: ClassVar[str]
    rebuilds: ClassVar[bool] = True
    links: ClassVar[bool] = False
    judges_itself: ClassVar[bool] = True
    needs_gradients: ClassVar[bool] = False
    needs_server: ClassVar[bool] = False
    memory_mb: ClassVar[int] = 3000
    description: ClassVar[str] = ""

    def describe(self) -> str:
        """What the page says of this attacker behind its name, as plain text."""
        return self.description

    @property
    def start(self) -> str | None:
        """The attacker whose answers this one begins with; None if it needs no other."""
        return None

    def prior_params(self) -> dict[str, Any] | None:
        """What the generative models of the attacker's images depend on; None if it needs none."""
        return None


class TrainedSettings(AttackerSettings):
    """What attackers that train a network have."""

    epochs: int = Field(ge=1, description="Passes over the attacker's images.")
    batch_size: int = Field(32, ge=1, description="Images in a step.")
    learning_rate: float = Field(0.001, gt=0, description="Adam's, at first.")


class DenseSettings(AttackerSettings):
    """What attackers have that learn dense layers onto principal components.

    One label of Omniglot's small1 that was held out chose the defaults: 512 units did as well as
    1,024, and dropout better than noise on the activations.

    Attributes:
        passes: what `epochs` is at least if it is left out.
    """

    passes: ClassVar[int]

    epochs: int | None = Field(
        None,
        ge=1,
        description="Passes over the attacker's images and their copies at most; training ends "
        "with the epoch that does best on labels held out. Left out, 6 of `decoder` and 12 of "
        "`contrastive`, or of few images, but for maps, as many as make 1,000 steps.",
    )
    batch_size: int = Field(32, ge=1, description="Images in a step.")
    learning_rate: float = Field(0.003, gt=0, description="Adam's, at first.")
    layers: int = Field(3, ge=1, description="Dense layers, before the one that answers.")
    units: int = Field(512, ge=1, description="Units of each of these layers.")
    dropout: float = Field(
        0.1, ge=0, lt=1, description="Share of each layer's values that are dropped in training."
    )

    def most_epochs(self, images: int, on_maps: bool) -> int:
        """How many epochs there may be.

        Args:
            images: of the attacker's and their copies, at least one.
            on_maps: whether it learns from maps, of which a step takes many times as long.
        """
        if self.epochs is not None:
            return self.epochs
        steps = math.ceil(images / self.batch_size)
        return self.passes if on_maps else max(self.passes, math.ceil(_STEPS / steps))

    def training(self, epochs: int) -> TrainedSettings:
        """The settings of a training of so many."""
        return TrainedSettings(
            epochs=epochs, batch_size=self.batch_size, learning_rate=self.learning_rate
        )


class Augmentation(Model):
    """What attackers make of the adversary's images before they attack.

    What a wire would carry for the copies is computed once. To judge themselves they
    hold labels out in turn, in five folds at most, and learn from the others with few copies; to
    attack they learn from all. The ranges are those that alphabets held out of Omniglot's small1
    favoured.
    """

    copies: int = Field(20, ge=0, description="Augmented copies of each image.")
    rotation: float = Field(12.0, ge=0, le=180, description="Largest turn of a copy, in degrees.")
    log_scale: float = Field(
        0.15,
        ge=0,
        description="Natural logarithm of the largest factor by which an axis is scaled.",
    )
    shear: float = Field(0.15, ge=0, description="Largest shear, as a slope.")
    shift: float = Field(0.08, ge=0, description="Largest shift, as a share of the image's size.")
    joined: float = Field(
        0.3, ge=0, le=1, description="Share of copies that are made of two images."
    )
    mirrored: float = Field(
        0.5, ge=0, le=1, description="Share of copies that are mirrored or turned by right angles."
    )
    components: int = Field(
        256,
        ge=1,
        description="Principal components of images and copies, at most, which dense attackers "
        "compose their answers of.",
    )
