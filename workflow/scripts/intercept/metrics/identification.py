"""Whether an answer leads back to the image that it came from: the place of the true candidate."""

from dataclasses import dataclass

import numpy as np
from scipy.special import digamma

from intercept.arrays.batches import gen_batches
from intercept.arrays.stored_images import ImageArray, images_at_once
from intercept.runtime.progress import watched

# Candidates, and answers, at a time: distances and float64 copies of 105×105 pixels then take
# about 200 MB however many images there are.
_BLOCK = 1024
_BLOCK_NUMBERS = 2**24  # of larger images fewer, 128 MiB in float64

# A float64 |x|² + |y|² − 2xy over 10⁴ pixels is off by 2e-12 of the squared norms at most; two
# images that are one grey level of 256 apart in one of these pixels are 7e-10 of them apart.
_SAME = 1e-10
_ROUNDED = 2.0**-42  # of what is given in float32, the square of four roundings


@dataclass(frozen=True)
class Ranks:
    """Where each answer's true candidate stands, by Euclidean distance; int64 arrays [n].

    Attributes:
        nearer: candidates nearer to the answer than the true one.
        equal: candidates as near as the true one, itself among them; at least 1.
        nearer_within: as `nearer`, among the candidates of the same character.
        equal_within: as `equal`, among these.
        drawings: how many candidates are of the same character, the true one among them.
    """

    nearer: np.ndarray
    equal: np.ndarray
    nearer_within: np.ndarray
    equal_within: np.ndarray
    drawings: np.ndarray


def ranks(answers: np.ndarray, candidates: ImageArray, characters: np.ndarray) -> Ranks:
    """Rank the true candidate of every answer among all candidates, and within its character.

    Args:
        answers: float32 [n, ...]; n at least 1.
        candidates: images, or float32 [n, ...]; the true one of each answer at its index.
        characters: int64 [n], of the candidates.

    Raises:
        ValueError: there are values that are not finite.
    """
    size = len(candidates)
    counts = {name: np.zeros(size, np.int64) for name in Ranks.__dataclass_fields__}
    blocks = list(gen_batches(size, images_at_once(candidates.shape[1:], _BLOCK, _BLOCK_NUMBERS)))
    # No distance depends on what all have in common, and beside it they may look alike.
    centre = sum(_flat(candidates[rows]).sum(axis=0) for rows in blocks) / size
    for rows in watched(blocks, "identification", "block"):
        block, true = _flat(answers[rows]), _flat(candidates[rows])
        if not (np.isfinite(block).all() and np.isfinite(true).all()):
            raise ValueError("answers or candidates hold values that are not finite")
        slack = allowance(block, centre) + allowance(true, centre)
        block, true = block - centre, true - centre
        distance = np.sum(np.square(block - true), axis=1)
        for columns in blocks:
            others = squared_distances(block, _flat(candidates[columns]) - centre)
            further = others - distance[:, np.newaxis]
            nearer = further < -slack[:, np.newaxis]
            equal = np.abs(further) <= slack[:, np.newaxis]
            same = characters[rows, np.newaxis] == characters[columns]
            for name, found in (
                ("nearer", nearer),
                ("equal", equal),
                ("nearer_within", nearer & same),
                ("equal_within", equal & same),
                ("drawings", same),
            ):
                counts[name][rows] += np.sum(found, axis=1)
    return Ranks(**counts)


def allowance(some: np.ndarray, centre: np.ndarray) -> np.ndarray:
    """By how much squared distances to or from these may differ and count as equal.

    Args:
        some: float64 [n, width], of float32.
        centre: float64 [width], the candidates' mean; on what all have in common no distance
            depends.

    Returns:
        float64 [n]; of a pair it is the sum of both.
    """
    apart = np.square(some - centre).sum(axis=1)
    return _SAME * apart + _ROUNDED * np.square(some).sum(axis=1)


def _flat(some: np.ndarray) -> np.ndarray:
    return some.reshape(len(some), -1).astype(np.float64)


def squared_distances(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Squared Euclidean distances of every row of `one` to every row of `other`.

    Args:
        one: float64 [n, width].
        other: float64 [m, width].

    Returns:
        float64 [n, m], by |x|² + |y|² − 2xy, and never below 0; see `allowance` for its rounding.
    """
    squares = np.square(one).sum(axis=1)[:, np.newaxis] + np.square(other).sum(axis=1)
    return np.maximum(squares - 2 * (one @ other.T), 0)


def top(nearer: np.ndarray, equal: np.ndarray, k: int) -> np.ndarray:
    """How surely the true candidate is among the `k` first, over random orders of equal ones.

    Args:
        nearer: int64 [n], as in `Ranks`.
        equal: int64 [n], at least 1.
        k: at least 1.

    Returns:
        float64 [n] in [0, 1]; an answer that is equally far from all m candidates has k / m.
    """
    return np.clip((k - nearer) / equal, 0, 1)


def reciprocal_rank(nearer: np.ndarray, equal: np.ndarray) -> np.ndarray:
    """One over the place of the true candidate, the mean over random orders of equal ones.

    Args:
        nearer: int64 [n], as in `Ranks`.
        equal: int64 [n], at least 1.

    Returns:
        float64 [n] in (0, 1]: the mean of 1/r for r from nearer + 1 to nearer + equal.
    """
    # The digamma function of n + 1 is the harmonic number of n, less a constant that cancels.
    return (digamma(nearer + equal + 1) - digamma(nearer + 1)) / equal


def chance_within(drawings: np.ndarray) -> float:
    """The share identified by guessing among the drawings of the right character, in (0, 1]."""
    return float(np.mean(1 / drawings))
