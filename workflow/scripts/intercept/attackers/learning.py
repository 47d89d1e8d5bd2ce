"""Attackers that train a network from activations to images, and how long they train it."""

from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np
import tensorflow as tf

from intercept.arrays.batches import in_batches
from intercept.arrays.stored_images import StoredImages
from intercept.attackers.fitting import Examples, Objective, fit_network
from intercept.attackers.interface import Attacker, Fold, Folds, Knowledge, Outcome, Pairs
from intercept.attackers.settings import DenseSettings, TrainedSettings

_ANSWERED = 256  # activations at a time

Kind = TypeVar("Kind", bound=DenseSettings)


@dataclass(frozen=True, eq=False)
class Learner:
    """A network to be trained.

    Attributes:
        network: activations to outputs, float32 [n, ...]; not trained.
        targets: [n, ...], those of the `fitting` images: numbers, or the images themselves.
        targets_of: from other images to their targets.
        objective: what the network is trained for.
    """

    network: tf.keras.Model
    targets: Examples
    targets_of: Callable[[StoredImages], Examples]
    objective: Objective


class LearningAttacker(Attacker, Generic[Kind]):
    """Trains as many epochs as do best on labels that are held out, the mean over all of these.

    Args:
        settings: epochs at most, batch size and learning rate.
        seed: initialises the weights and orders the images.
    """

    def __init__(self, settings: Kind, seed: int) -> None:
        self._settings = settings
        self._seed = seed
        self._judged: list[dict[str, float]] = []
        self._epochs: int | None = None  # that did best

    def on_maps(self, pairs: Pairs) -> bool:
        """Whether the network keeps what it sees in its place."""
        return False

    @abstractmethod
    def learner(self, knowledge: Knowledge) -> Learner:
        """What is trained on the `fitting` images of what the eavesdropper knows."""

    @abstractmethod
    def painter(self, knowledge: Knowledge) -> tf.keras.Model:
        """What makes images of the trained network's outputs.

        Returns:
            A model, float32 [n, ...] to [n, height, width, channels] in [0, 1].
        """

    def judge(self, folds: Folds, start: np.ndarray | None, name: str) -> np.ndarray:
        """Answer the attacker's own images and choose the epochs; see `Attacker`."""
        most = self._most_epochs(folds.all_images)
        training = self._settings.training(most)
        judged = [self._judge_fold(fold, training, name) for fold in folds]
        self._judged = _mean_history([(held_out, history) for held_out, history, _ in judged])
        best = int(np.argmin([record["held_out_loss"] for record in self._judged]))
        self._epochs = best + 1
        return folds.gather(
            in_batches(
                self.painter(fold.knowledge), outputs[best].astype(np.float32), _ANSWERED
            )  # painters of large images take too much memory to be kept
            for fold, (_, _, outputs) in zip(folds, judged, strict=True)
        )

    def _judge_fold(
        self, fold: Fold, training: TrainedSettings, name: str
    ) -> tuple[int, list[dict[str, float]], list[np.ndarray]]:
        """How many images are held out, the training's history, and what the network puts out for
        the sample after each epoch, in float16."""
        learner, outputs = self._untrained(fold.knowledge), []
        history = fit_network(
            learner.network,
            (fold.knowledge.fitting.activations, learner.targets),
            learner.objective,
            training,
            self._seed,
            f"{name}, {fold.name}",
            held_out=(fold.held_out.activations, learner.targets_of(fold.held_out.images)),
            after_epoch=lambda: outputs.append(
                in_batches(learner.network, fold.sample.activations, _ANSWERED).astype(np.float16)
            ),
        )
        return len(fold), history, outputs

    def attack(
        self, knowledge: Knowledge, seen: np.ndarray, start: np.ndarray | None, name: str
    ) -> Outcome:
        """Answer every activation that was seen; see `Attacker`.

        The history is that of `fit_network`. What it has of images held out is the mean over all
        folds; after the last epoch that was taken it has nothing else.
        """
        # The learning rate falls to zero by the last epoch that is taken: behind much noise that
        # is an early one.
        epochs = self._epochs or self._most_epochs(knowledge.fitting)
        learner = self._untrained(knowledge)
        history = fit_network(
            learner.network,
            (knowledge.fitting.activations, learner.targets),
            learner.objective,
            self._settings.training(epochs),
            self._seed,
            name,
        )
        whole = {record["epoch"]: record for record in self._judged}
        for record in history:
            whole[record["epoch"]] = record | whole.get(record["epoch"], {})
        network = tf.keras.Model(
            learner.network.input,
            self.painter(knowledge)(learner.network.output),
            name="attacker",
        )
        return Outcome(in_batches(network, seen, _ANSWERED), list(whole.values()), network)

    def _most_epochs(self, pairs: Pairs) -> int:
        return self._settings.most_epochs(len(pairs), self.on_maps(pairs))

    def _untrained(self, knowledge: Knowledge) -> Learner:
        tf.keras.utils.set_random_seed(self._seed)
        return self.learner(knowledge)


def _mean_history(histories: list[tuple[int, list[dict[str, float]]]]) -> list[dict[str, float]]:
    """What is held out in each epoch, the mean over all images held out in any fold."""
    sizes = [size for size, _ in histories]
    return [
        {
            "epoch": records[0]["epoch"],
            **{
                key: float(np.average([record[key] for record in records], weights=sizes))
                for key in ("held_out_mse", "held_out_loss")
            },
        }
        for records in zip(*(history for _, history in histories), strict=True)
    ]
