"""Answers that are improved step by step, and how many steps are best."""

from collections.abc import Callable, Container, Iterator, Sequence

import numpy as np

from intercept.arrays.batches import gen_batches
from intercept.arrays.stored_images import ImageArray
from intercept.attackers.activation_matching import MatchingLoss
from intercept.attackers.judging import mean_reciprocal_rank
from intercept.runtime.progress import Progress

_BLOCK = 512  # images that are optimised together

# From a slice of activations and a number of steps to what gives the answers, float32 [slice,
# height, width, channels] in [0, 1], before the first step and after each. An answer is asked for
# before the next step is taken, or not at all.
Optimise = Callable[[slice, int], Iterator[Callable[[], np.ndarray]]]


def improve(optimise: Optimise, count: int, steps: int, name: str) -> np.ndarray:
    """The answers after so many steps.

    Args:
        optimise: improves a block of answers.
        count: how many answers there are.
        steps: 0 or more.
        name: whose attack it is, for the lines of progress.

    Returns:
        float32 [count, height, width, channels].
    """
    return _walk(optimise, count, steps, (steps,), name)[0]


def improve_each(optimise: Optimise, count: int, steps: int, name: str) -> list[np.ndarray]:
    """The answers before the first step and after each; arguments as for `improve`."""
    return _walk(optimise, count, steps, range(steps + 1), name)


def _walk(
    optimise: Optimise, count: int, steps: int, asked: Container[int], name: str
) -> list[np.ndarray]:
    progress = Progress(name, "image", count)
    blocks = []
    for block in gen_batches(count, _BLOCK):
        taken = enumerate(optimise(block, steps))
        blocks.append([answer() for step, answer in taken if step in asked])
        progress.report(block.stop, f"{steps} steps")
    return [np.concatenate(answers) for answers in zip(*blocks, strict=True)]


def choose_steps(
    tried: Sequence[np.ndarray],
    images: ImageArray,
    seen: np.ndarray,
    matching_loss: MatchingLoss,
) -> tuple[int, list[dict[str, float]]]:
    """The number of steps after which answers identify their images best.

    Args:
        tried: what `improve_each` returns, of images that the attacker holds out.
        images: these images.
        seen: float32 [n, ...], what the wire carries for them.
        matching_loss: measures what the history tells of activations.

    Returns:
        That number, from 0; of several that identify as well, the one that comes nearest to the
        activations. And the history: for each number ``step``, ``matching_loss`` (the mean distance
        of activations) and ``reciprocal_rank`` (the mean, among all of these images).
    """
    history = [
        {
            "step": step,
            "matching_loss": float(matching_loss.measure(answers, seen).mean()),
            "reciprocal_rank": mean_reciprocal_rank(answers, images),
        }
        for step, answers in enumerate(tried)
    ]
    best = max(history, key=lambda record: (record["reciprocal_rank"], -record["matching_loss"]))
    return int(best["step"]), history
