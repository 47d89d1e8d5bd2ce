"""What an attacker is given, and what it gives back."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

from intercept.arrays.stored_images import StoredImages
from intercept.attackers.answers import ROLES
from intercept.attackers.auxiliary import AuxiliaryImages, Lesson, part_name
from intercept.devices.interface import Device


@dataclass(frozen=True, eq=False)
class Pairs:
    """Images of the attacker's and what the wire carries for them.

    Attributes:
        images: [n, height, width, channels]; as float32 in [0, 1] where some are taken.
        activations: float32 [n, ...].
    """

    images: StoredImages
    activations: np.ndarray

    def __len__(self) -> int:
        return len(self.images)

    def select(self, which: slice | np.ndarray) -> "Pairs":
        """Those that a slice, an index array or a boolean mask picks."""
        return Pairs(self.images.select(which), self.activations[which])


@dataclass(frozen=True, eq=False)
class Knowledge:
    """All that an eavesdropper has: a copy of the device part, and images of its own.

    Attributes:
        device: the device part, images to activations; it may be queried. Where the attacker's
            settings say ``needs_gradients`` it is a Keras model, to be differentiated. One whose
            settings say ``needs_server`` does without it.
        own: the attacker's images to learn from, unchanged.
        fitting: these, and augmented copies of them.
        lesson: what else is known of the `fitting` images.
        prior: the file of generative models of the attacker's images, if the attacker asked for
            one.
        part: which of the models in it has seen the `fitting` images and no other.
        server: the server part, activations to probabilities, where the settings say
            ``needs_server``.
        labels: int64 [n], the classes of the `own` images, where they say so.
        defence: the record of what the device does before it sends, where they say so; None where
            that is nothing.
    """

    device: Device
    own: Pairs
    fitting: Pairs
    lesson: Lesson
    prior: Path | None = None
    part: str = part_name(None)
    server: tf.keras.Model | None = None
    labels: np.ndarray | None = None
    defence: Mapping[str, Any] | None = None


@dataclass(frozen=True, eq=False)
class Fold:
    """Some of the attacker's labels, held out.

    Attributes:
        knowledge: what is known without them.
        held_out: their images, unchanged.
        sample: those of them by which attackers are compared.
        in_sample: bool [k], which images of the whole sample these are.
        name: which fold of how many, for the lines of progress.
    """

    knowledge: Knowledge
    held_out: Pairs
    sample: Pairs
    in_sample: np.ndarray
    name: str

    def __len__(self) -> int:
        return len(self.held_out)


@dataclass(frozen=True, eq=False)
class Folds:
    """All of the attacker's labels, held out in turn.

    Attributes:
        device: the device part.
        auxiliary: which image is held out in which fold, and what is learned from without it.
        activations: float32 [m, ...], what the wire carries for `auxiliary.images`.
        prior: see `Knowledge`.
        server: see `Knowledge`.
        labels: int64 [n], the classes of the attacker's images; None where nobody goes by them.
        defence: see `Knowledge`.
    """

    device: Device
    auxiliary: AuxiliaryImages
    activations: np.ndarray
    prior: Path | None = None
    server: tf.keras.Model | None = None
    labels: np.ndarray | None = None
    defence: Mapping[str, Any] | None = None

    def __len__(self) -> int:
        return int(self.auxiliary.folds.max()) + 1

    @property
    def own(self) -> Pairs:
        """Every image of the attacker, unchanged."""
        return self.all_images.select(slice(len(self.auxiliary.folds)))

    @property
    def all_images(self) -> Pairs:
        """These, and augmented copies of them."""
        return Pairs(self.auxiliary.images, self.activations)

    def __iter__(self) -> Iterator[Fold]:
        folds, sample = self.auxiliary.folds, self.auxiliary.sample
        for number in range(len(self)):
            yield Fold(
                self._knowledge(number, folds != number),
                self.own.select(folds == number),
                self.own.select((folds == number) & sample),
                folds[sample] == number,
                f"fold {number + 1}/{len(self)}",
            )

    def everything(self) -> Knowledge:
        """What is known when nothing is held out."""
        return self._knowledge(None, slice(None))

    def gather(self, answers: Iterable[np.ndarray]) -> np.ndarray:
        """Put answers in the order of the sample's images.

        Args:
            answers: [n, ...] of each image of the sample, fold by fold, in any number of parts.

        Returns:
            [k, ...], for each of the sample's k images.
        """
        order = np.argsort(self.auxiliary.folds[self.auxiliary.sample], kind="stable")
        together, placed = np.empty(0, np.float32), 0
        for found in answers:  # all at once would take twice the memory
            if not placed:
                together = np.empty((len(order), *found.shape[1:]), found.dtype)
            together[order[placed : placed + len(found)]] = found
            placed += len(found)
        return together

    def _knowledge(self, fold: int | None, kept: slice | np.ndarray) -> Knowledge:
        lesson = self.auxiliary.lessons[fold]
        rows = lesson.rows if fold is not None else slice(None)  # a slice copies nothing
        own, fitting = self.own.select(kept), self.all_images.select(rows)
        return Knowledge(
            self.device,
            own,
            fitting,
            lesson,
            prior=self.prior,
            part=part_name(fold),
            server=self.server,
            labels=None if self.labels is None else self.labels[kept],
            defence=self.defence,
        )


@dataclass(frozen=True, eq=False)
class Outcome:
    """What an attack gives back.

    Attributes:
        answers: float32 [n, ...], the answer to each activation: an image, in [0, 1], or what
            stands for one if the attacker rebuilds none.
        history: a record for each epoch or step, of plain numbers; ``epoch`` or ``step`` is one.
        network: what the attacker learned, activations to images; None if it learned nothing.
    """

    answers: np.ndarray
    history: list[dict[str, float]] = field(default_factory=list)
    network: tf.keras.Model | None = None


class Attacker(ABC):
    """One interface for all: a wire and the attacker's images in, an answer each out.

    An attacker is asked to judge itself first, and then to attack.
    """

    @abstractmethod
    def attack(
        self, knowledge: Knowledge, seen: np.ndarray, start: np.ndarray | None, name: str
    ) -> Outcome:
        """Answer every activation that was seen.

        Args:
            knowledge: what the eavesdropper has.
            seen: the activations float32 [n, ...] to answer.
            start: float32 [n, ...], the answers to them of the attacker that this one starts at;
                None if it needs no other.
            name: whose attack it is, for the lines of progress.
        """

    def judge(self, folds: Folds, start: np.ndarray | None, name: str) -> np.ndarray:
        """Answer the sample of the attacker's images, each from what is known without its label.

        Here an attack is made on each fold. An attacker that has something to choose, such as how
        long to learn, does so in this method, over all folds, and keeps it for `attack`.

        Args:
            folds: the attacker's images, held out in turn.
            start: float32 [k, ...], such answers of the attacker that this one starts at; None
                if it needs no other.
            name: whose attack it is, for the lines of progress.

        Returns:
            float32 [k, ...], an answer to each image of the sample.
        """
        return folds.gather(
            self.attack(
                fold.knowledge,
                fold.sample.activations,
                None if start is None else start[fold.in_sample],
                f"{name}, {fold.name}",
            ).answers
            for fold in folds
        )


def carry_out(
    attacker: Attacker,
    judges_itself: bool,
    folds: Folds,
    seen: np.ndarray,
    start: dict[str, np.ndarray] | None,
    name: str,
) -> tuple[dict[str, np.ndarray], Outcome]:
    """Let an attacker judge itself, learn from all of its images, and attack.

    Args:
        attacker: which one.
        judges_itself: whether it does. One that does not answers the sample of its own images as
            it does those that were seen.
        folds: its images, held out in turn.
        seen: the activations float32 [n, ...] to answer.
        start: the answers that it starts at, by the roles of `ROLES`; None if it needs no other.
        name: whose attack it is, for the lines of progress.

    Returns:
        The answers by the roles of `ROLES`, to the sample of the attacker's images and to what was
        seen; and the outcome of the attack.
    """
    everything = folds.everything()
    if judges_itself:
        held_out = attacker.judge(folds, start["held_out"] if start else None, name)
        outcome = attacker.attack(everything, seen, start["evaluation"] if start else None, name)
        return {"held_out": held_out, "evaluation": outcome.answers}, outcome
    own = folds.own.activations[folds.auxiliary.sample]
    both = np.concatenate([own, seen])
    begun = np.concatenate([start[role] for role in ROLES]) if start else None
    outcome = attacker.attack(everything, both, begun, name)
    held_out, answers = np.split(outcome.answers, [len(own)])
    return {"held_out": held_out, "evaluation": answers}, outcome
