"""Guesses about canaries: which of them were in the training set."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Canaries:
    """What is known of canaries after a training.

    Attributes:
        scores: float [m], higher where a canary was more likely in the training set.
        included: bool [m], whether it was.
    """

    scores: np.ndarray
    included: np.ndarray

    def __len__(self) -> int:
        return len(self.scores)


@dataclass(frozen=True)
class Guesses:
    """How well it was guessed which canaries were in the training set.

    Attributes:
        canaries: how many there were, each in the training set with probability ½.
        made: guesses, at most as many; of the other canaries nothing was said.
        correct: guesses that were right.
    """

    canaries: int
    made: int
    correct: int

    def __post_init__(self) -> None:
        if not 0 <= self.correct <= self.made <= self.canaries or self.canaries < 1:
            raise ValueError(f"{self} are no guesses")


def guess(canaries: Canaries, made: int) -> Guesses:
    """Guess that the canaries of the highest scores were in, and those of the lowest were not.

    Steinke, Nasr and Jagielski 2023, arXiv 2305.08846, algorithm 1. How many guesses are made has
    to be settled before the scores are known.

    Args:
        canaries: m of them.
        made: guesses to make, even and at most m; half of each kind.

    Raises:
        ValueError: `made` is odd, below 2 or above m, or a score is not a number.
    """
    scores, included = canaries.scores, canaries.included
    if made % 2 or not 2 <= made <= len(canaries):
        raise ValueError(f"{made} guesses of {len(canaries)} canaries: neither even nor possible")
    if np.isnan(scores).any():
        raise ValueError("a score is not a number")
    order = np.argsort(scores, kind="stable")
    least, most = order[: made // 2], order[-(made // 2) :]
    return Guesses(len(canaries), made, int(included[most].sum() + (~included[least]).sum()))
