"""What stands in the place of a recipe's trainer where the network was trained elsewhere."""

from abc import ABC, abstractmethod
from typing import Generic, TypeVar

import tensorflow as tf

from intercept.accounting.mechanism import Mechanism
from intercept.devices.interface import Device
from intercept.training.settings import TargetSettings

S = TypeVar("S", bound=TargetSettings)


class Untrained(ABC, Generic[S]):
    """A network that is made as it is; there is nothing to train.

    Args:
        settings: the recipe's.
        image_shape: (height, width, channels) of the images of the study.
        classes: how many it is to tell apart, if it names any.
        examples: not used.
        seed: not used.

    Attributes:
        network: what is made.
        state: no variable.

    Raises:
        UserError: as `make`.
    """

    steps_per_epoch = 0
    mechanism: Mechanism | None = None

    def __init__(
        self,
        settings: S,
        image_shape: tuple[int, int, int],
        classes: int,
        examples: int,
        seed: int,
    ) -> None:
        self.network = self.make(settings, image_shape, classes)
        self.state: list[tf.Variable] = []

    @abstractmethod
    def make(self, settings: S, image_shape: tuple[int, int, int], classes: int) -> Device:
        """The network, from the first three arguments of the class."""
