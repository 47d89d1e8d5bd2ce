"""What a defence at the wire is asked for."""

from abc import ABC, abstractmethod
from dataclasses import asdict, dataclass
from typing import Any, ClassVar

import numpy as np
import tensorflow as tf

from intercept.defences.settings import DefenceSettings
from intercept.devices.interface import Device
from intercept.wire.channel import Channel


@dataclass(frozen=True)
class Defence(ABC):
    """What the device does to an activation before it sends it.

    A defence is in the package of its name, in a module ``defence``. One that is calibrated has a
    class method ``calibrated(settings, activations)``; its fields are plain values. One that is
    trained is a `TrainedDefence`.

    Attributes:
        defence: its name in the configuration.
    """

    defence: ClassVar[str]

    @abstractmethod
    def transform(self, activations: tf.Tensor) -> tf.Tensor:
        """What is sent, before any noise; it can be differentiated.

        Args:
            activations: float32 [n, ..., channels], of the cut layer.

        Returns:
            float32 [n, ...].
        """

    def channel(self, numbers: int) -> Channel:
        """What crosses the wire where `transform` gives so many numbers: any, as they are."""
        return Channel(numbers)

    def drawn_from(self) -> np.ndarray | None:
        """What every reading draws one of: the words of randomised response, or noise to be added.

        Returns:
            float32 [M, ...], each of the shape of what is sent; None where nothing is drawn but
            Gaussian noise.
        """
        return None

    def as_record(self) -> dict[str, Any]:
        """Its name and what it is made of, as plain values."""
        return {"defence": self.defence, **asdict(self)}


@dataclass(frozen=True, eq=False)
class Lessons:
    """What a defence is trained on.

    Attributes:
        activations: float32 [n, ..., channels], undefended, of the target's training images.
        labels: int64 [n], their classes.
        server: the server part as it was trained with the target, activations to probabilities;
            of Keras where the settings say ``computes_server``; None where there is none.
        seed: initialises weights, orders the images and draws noise.
        name: whose training it is, for the lines of progress.
    """

    activations: np.ndarray
    labels: np.ndarray
    server: Device | None
    seed: int
    name: str

    @property
    def classes(self) -> int:
        """How many there are: as many as the server part tells apart, or by the labels."""
        if self.server is None:
            return int(self.labels.max()) + 1
        return int(self.server.output_shape[-1] or 0)


@dataclass(frozen=True, eq=False)
class TrainedDefence(Defence):
    """A network on the device behind the cut layer, and the server part that it was trained with.

    It has a class method ``trained(settings, lessons)``, and settings that say ``trained``. The
    target's own device part stays as it is.

    Attributes:
        settings: that it was trained by.
        encoder: activations to what is sent, before any noise; of plain Keras layers and
            operations.
        server: what comes over the wire to probabilities, in the place of the target's server part.
    """

    settings: DefenceSettings
    encoder: tf.keras.Model
    server: tf.keras.Model

    def transform(self, activations: tf.Tensor) -> tf.Tensor:
        """What the encoder makes of the activations."""
        return self.encoder(activations, training=False)

    def as_record(self) -> dict[str, Any]:
        """Its name and settings."""
        return self.settings.as_params()
