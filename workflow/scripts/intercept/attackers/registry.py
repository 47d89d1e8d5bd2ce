"""The attackers by their names in the configuration."""

from typing import Any, Protocol

import numpy as np
import tensorflow as tf

from intercept.attackers.post import PostAttacker


class Attacker(Protocol):
    """What every attacker offers: it learns from its own images, and becomes a network."""

    network: tf.keras.Model | None

    def fit(self, activations: np.ndarray, images: np.ndarray, name: str) -> list[dict[str, float]]:
        """Learn from the attacker's images and their activations; returns a record an epoch."""


class _AttackerClass(Protocol):
    def __call__(self, settings: Any, seed: int) -> Attacker: ...


ATTACKERS: dict[str, _AttackerClass] = {"post": PostAttacker}
