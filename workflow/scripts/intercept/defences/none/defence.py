"""The activation is sent as it is."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import tensorflow as tf

from intercept.defences import interface
from intercept.defences.none.settings import Settings


@dataclass(frozen=True)
class Defence(interface.Defence):
    """Nothing is done."""

    defence: ClassVar[str] = Settings.defence

    @classmethod
    def calibrated(cls, settings: Settings, activations: np.ndarray) -> "Defence":
        """There is nothing to fit."""
        return cls()

    def transform(self, activations: tf.Tensor) -> tf.Tensor:
        """The activations."""
        return activations
