"""Answers that are improved step by step, and how many steps are best."""

from collections.abc import Callable, Iterator, Mapping

import numpy as np
from sklearn.utils import gen_batches

from intercept.attackers.interface import ROLES, Outcome
from intercept.attackers.judging import mean_reciprocal_rank
from intercept.attackers.misfit import Misfit
from intercept.progress import Progress

_BLOCK = 512  # images that are optimised together

Optimise = Callable[[str, slice, int], Iterator[Callable[[], np.ndarray]]]


def improve(
    optimise: Optimise,
    observed: Mapping[str, np.ndarray],
    images: np.ndarray,
    steps: int,
    misfit: Misfit,
    name: str,
) -> Outcome:
    """Take as many steps as identify the attacker's held-out images best.

    Args:
        optimise: from a role, a slice of its activations and a number of steps to what gives the
            answers, float32 [slice, height, width, channels] in [0, 1], before the first and after
            each. An answer is asked for before the next step is taken, or not at all.
        observed: for each role the activations float32 [n, ...] to answer.
        images: the images held out, the first role's.
        steps: the most that are tried, at least 1.
        misfit: measures what the history tells of activations.
        name: whose attack it is, for the lines of progress.

    Returns:
        The answers. The history has for each step, of the images held out, ``step`` (from 0),
        ``misfit`` (the mean distance of activations) and ``reciprocal_rank`` (the mean, among all
        of them).
    """
    progress = Progress(name, "image", sum(len(observed[role]) for role in ROLES))
    done = 0

    def walk(role: str, steps: int, asked: range) -> Iterator[list[np.ndarray]]:
        nonlocal done
        for block in gen_batches(len(observed[role]), _BLOCK):
            taken = enumerate(optimise(role, block, steps))
            yield [answer() for step, answer in taken if step in asked]
            done += block.stop - block.start
            progress.report(done, f"{steps} steps")

    every = walk("held_out", steps, range(steps + 1))
    tried = [np.concatenate(blocks) for blocks in zip(*every, strict=True)]
    history = [
        {
            "step": step,
            "misfit": float(misfit.measure(answers, observed["held_out"]).mean()),
            "reciprocal_rank": mean_reciprocal_rank(answers, images),
        }
        for step, answers in enumerate(tried)
    ]
    # Of steps that identify as well, the one that comes nearest to the activations.
    best = max(
        range(len(history)),
        key=lambda step: (history[step]["reciprocal_rank"], -history[step]["misfit"]),
    )
    last = [answers for (answers,) in walk("evaluation", best, range(best, best + 1))]
    return Outcome({"held_out": tried[best], "evaluation": np.concatenate(last)}, history)
