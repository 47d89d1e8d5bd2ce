"""What an attacker is given, and what it gives back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import numpy as np
import tensorflow as tf

ROLES = ("held_out", "evaluation")


@dataclass(frozen=True, eq=False)
class Pairs:
    """Images of the attacker's and what the wire carries for them.

    Attributes:
        images: [n, height, width, channels] in [0, 1]: float32, or bool where every pixel is 0
            or 1, which takes a quarter of the memory.
        activations: float32 [n, ...].
    """

    images: np.ndarray
    activations: np.ndarray

    def __len__(self) -> int:
        return len(self.images)


@dataclass(frozen=True, eq=False)
class Knowledge:
    """All that an eavesdropper has: a copy of the device part, and images of its own.

    Attributes:
        device: the device part, images to activations; it may be queried and differentiated.
        own: every image of the attacker, unchanged.
        fitting: images to learn from: the attacker's own but for those held out, with altered
            copies of them.
        held_out: the attacker's images whose labels are none of `fitting`'s, on which it judges
            how well it does on what it has not seen.
        prior: the file of a generative model of the `fitting` images, if the attacker asked for
            one.
    """

    device: tf.keras.Model
    own: Pairs
    fitting: Pairs
    held_out: Pairs
    prior: Path | None = None


@dataclass(frozen=True, eq=False)
class Outcome:
    """What an attack gives back.

    Attributes:
        answers: for each role of `ROLES` an array float32 [n, ...], the answer to each
            activation: an image, in [0, 1], or what stands for one if the attacker rebuilds none.
        history: a record for each epoch or step, of plain numbers; ``epoch`` or ``step`` is one.
        network: what the attacker learned, activations to images; None if it learned nothing.
    """

    answers: dict[str, np.ndarray]
    history: list[dict[str, float]] = field(default_factory=list)
    network: tf.keras.Model | None = None


class Attacker(Protocol):
    """One interface for all: a release and the attacker's images in, an answer each out."""

    def attack(
        self,
        knowledge: Knowledge,
        observed: Mapping[str, np.ndarray],
        start: Mapping[str, np.ndarray] | None,
        name: str,
    ) -> Outcome:
        """Answer every activation that was seen.

        Args:
            knowledge: what the eavesdropper has.
            observed: for each role of `ROLES` the activations float32 [n, ...] to answer.
            start: the answers of the attacker that this one starts at, by role; None if it
                needs no other.
            name: whose attack it is, for the lines of progress.
        """
