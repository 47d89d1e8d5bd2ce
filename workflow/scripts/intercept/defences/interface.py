"""What a defence at the wire is asked for."""

from abc import ABC, abstractmethod
from dataclasses import asdict, dataclass
from typing import Any, ClassVar

import tensorflow as tf


@dataclass(frozen=True)
class Defence(ABC):
    """What the device does to an activation before it sends it.

    A defence is in the package of its name, in a module ``defence``, with a class method
    ``calibrated(settings, activations)``; its fields are plain values.

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
            float32 of the same shape.
        """

    @property
    def noise_deviation(self) -> float:
        """Standard deviation of the Gaussian noise in each number that the eavesdropper has.

        0 where what is sent follows from the input.
        """
        return 0.0

    @property
    def clip_to_noise_ratio(self) -> float | None:
        """The largest l2 norm of a signal, about its middle, over `noise_deviation`.

        None without noise.
        """
        return None

    @property
    def readings(self) -> int:
        """How many readings of one input the eavesdropper has and averages, at least 1."""
        return 1

    def bits(self, numbers: int) -> int | None:
        """log₂ of how many messages an activation of so many numbers can be; None if unlimited."""
        return None

    def as_record(self) -> dict[str, Any]:
        """Its name and fields."""
        return {"defence": self.defence, **asdict(self)}
