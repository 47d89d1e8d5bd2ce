"""Linking many readings to many candidates at once, each candidate to one reading."""

import numpy as np
from scipy.optimize import linear_sum_assignment

from intercept.metrics.identification import allowance, squared_distances

# Above it the matrix of distances takes more than 200 MB, and the assignment minutes.
MOST_CANDIDATES = 5000


def linkage_scores(
    readings: np.ndarray, signals: np.ndarray, characters: np.ndarray, seed: int
) -> dict[str, np.ndarray]:
    """Whether the joint assignment of least distance gives each reading its own candidate.

    The eavesdropper has a reading of every candidate and knows that each comes from another one.
    Behind Gaussian noise of one deviation the likeliest assignment has the least sum of squared
    distances (an assignment problem; Crouse 2016, "On implementing 2D rectangular assignment
    algorithms", IEEE Trans. Aerosp. Electron. Syst. 52, as in SciPy). It is taken of any wire;
    behind words at random one with more words in their places may be likelier. Bounds on what one
    input gives away do not cover it, for the other inputs' readings help.

    Args:
        readings: float32 [n, ...], of each candidate; n at least 1.
        signals: float32 [n, ...], what is sent without noise for each.
        characters: int64 [n].
        seed: shuffles the candidates, so that equally likely assignments are chosen among at
            random.

    Returns:
        float64 [n], 0 or 1: ``within_character``, where the readings of each character are
        assigned among its candidates; ``top1``, where all are among all, NaN if there are more
        than `MOST_CANDIDATES`; and ``drawings``, int64 [n], how many candidates are of the same
        character.
    """
    size = len(signals)
    readings, signals = readings.reshape(size, -1), signals.reshape(size, -1)
    generator = np.random.default_rng(seed)
    within, drawings = np.empty(size), np.empty(size, np.int64)
    for character in np.unique(characters):
        members = np.flatnonzero(characters == character)
        within[members] = _assigned(readings[members], signals[members], generator)
        drawings[members] = len(members)
    if size > MOST_CANDIDATES:
        among = np.full(size, np.nan)
    else:
        among = _assigned(readings, signals, generator)
    return {"top1": among, "within_character": within, "drawings": drawings}


def _assigned(
    readings: np.ndarray, signals: np.ndarray, generator: np.random.Generator
) -> np.ndarray:
    order = generator.permutation(len(signals))
    read, sent = readings.astype(np.float64), signals[order].astype(np.float64)
    centre = sent.mean(axis=0)
    cost = squared_distances(read - centre, sent - centre)
    slack = allowance(read, centre)[:, np.newaxis] + allowance(sent, centre)
    rows, columns = linear_sum_assignment(np.where(cost > slack, cost, 0))
    return (order[columns[np.argsort(rows)]] == np.arange(len(order))).astype(np.float64)
