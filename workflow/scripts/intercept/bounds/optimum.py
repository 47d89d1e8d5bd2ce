"""What is possible among these very candidates: the rate of the maximum-likelihood rule."""

import math

import numpy as np
from scipy.stats import binomtest

from intercept.metrics.identification import ranks, top
from intercept.wire.randomised_response import probabilities

Hits = dict[str, np.ndarray]

MEASURES = ("top1", "within_character")
CONFIDENCE = 0.95
_WIDTH = 0.01  # of the interval, at most

# (2 · 1.96 · ½ / width)² readings give it whatever the rate.
_READINGS = math.ceil((1.96 / _WIDTH) ** 2)


def best_hits(readings: np.ndarray, signals: np.ndarray, characters: np.ndarray) -> Hits:
    """Whether the likeliest candidate of each reading behind Gaussian noise is the true one.

    Behind noise of one deviation in every number the nearest signal is the likeliest. No rule that
    names a candidate by the reading is right more often on average, each candidate being equally
    likely.

    Args:
        readings: float32 [n, ...], what was read of each candidate; of several readings the mean.
        signals: float32 [n, ...], what is sent without noise for each candidate.
        characters: int64 [n].

    Returns:
        float64 [n] in [0, 1] for ``top1``, among all candidates, and ``within_character``, among
        those of the same character; a share where several signals are equally near.
    """
    place = ranks(readings, signals, characters)
    return {
        "top1": top(place.nearer, place.equal, 1),
        "within_character": top(place.nearer_within, place.equal_within, 1),
    }


def exact_hits(signals: np.ndarray, characters: np.ndarray) -> Hits:
    """How often each input is named at best where what is sent follows from the input.

    Args:
        signals: float32 [n, ...], what is sent for each candidate; n at least 1.
        characters: int64 [n].

    Returns:
        As `best_hits`: one over the number of candidates that send the very same. Its mean is the
        number of different messages over the number of candidates.
    """
    _, message, alike = np.unique(
        signals.reshape(len(signals), -1), axis=0, return_inverse=True, return_counts=True
    )
    message = message.reshape(-1)
    pairs = np.column_stack([message, characters])
    _, pair, alike_within = np.unique(pairs, axis=0, return_inverse=True, return_counts=True)
    return {
        "top1": 1 / alike[message],
        "within_character": 1 / alike_within[pair.reshape(-1)],
    }


def response_hits(
    signals: np.ndarray,
    characters: np.ndarray,
    words: int,
    epsilon: float,
    readings: np.ndarray | None = None,
) -> Hits:
    """How often each input is named at best by one random answer.

    The likeliest candidates are those whose own word was read; if it is nobody's, all are equally
    likely.

    Args:
        signals: float32 [n, d], the own word of each candidate; n at least 1.
        characters: int64 [n].
        words: M, at least 2.
        epsilon: of one reading, above 0; see `intercept.wire.randomised_response`.
        readings: float32 [n, d], the word that was read of each; None for the mean over all that
            may be, which is exact.

    Returns:
        As `best_hits`.
    """
    own, other = probabilities(words, epsilon)
    both = signals if readings is None else np.concatenate([signals, readings])
    _, word = np.unique(both, axis=0, return_inverse=True)
    word = word.reshape(-1)
    hits = {}
    for measure, group in (("top1", np.zeros_like(characters)), ("within_character", characters)):
        _, group, members = np.unique(group, return_inverse=True, return_counts=True)
        table = np.zeros((len(members), word.max() + 1), np.int64)  # candidates by group and word
        np.add.at(table, (group, word[: len(signals)]), 1)
        alike, among = table[group, word[: len(signals)]], members[group]
        if readings is None:
            nobodys = words - (table > 0).sum(axis=1)[group]
            hits[measure] = own / alike + nobodys * other / among
        else:
            read = word[len(signals) :]
            right = np.where(read == word[: len(signals)], 1 / alike, 0)
            hits[measure] = np.where(table[group, read] == 0, 1 / among, right)
    return hits


def exact(hits: Hits) -> dict[str, dict[str, float]]:
    """Rates that no chance is in, as `optimum` has them.

    Args:
        hits: of `exact_hits`, or of `response_hits` without readings.
    """
    return {
        measure: dict.fromkeys(("value", "low", "high"), float(hits[measure].mean()))
        for measure in MEASURES
    }


def optimum(
    signals: np.ndarray, characters: np.ndarray, noise_deviation: float, seed: int
) -> dict[str, dict[str, float]]:
    """How often the input is named by the best rule there is, among these candidates.

    Each candidate is as likely as any other, and the attacker knows them, the device and the noise
    but for its draw. Behind noise the rate is a mean over draws, so many that its interval is less
    than a point wide; the interval is of this chance alone. Without noise it is exact.

    Args:
        signals: float32 [n, ...], what is sent without noise for each candidate; n at least 1.
        characters: int64 [n].
        noise_deviation: of the Gaussian noise in each number of what the attacker has, σ/√K for
            the mean of K readings; 0 where what is sent follows from the input.
        seed: of the draws.

    Returns:
        For each of `MEASURES` ``value``, ``low`` and ``high`` (95%, Wilson's), in [0, 1].
    """
    if not noise_deviation > 0:
        return exact(exact_hits(signals, characters))
    generator = np.random.default_rng(seed)
    draws = max(2, -(-_READINGS // len(signals)))
    sums = dict.fromkeys(MEASURES, 0.0)
    for _ in range(draws):
        noise = generator.normal(0, noise_deviation, signals.shape)
        hits = best_hits(signals + noise, signals, characters)
        for measure in MEASURES:
            sums[measure] += float(hits[measure].sum())
    return {measure: _estimate(sums[measure], draws * len(signals)) for measure in MEASURES}


def _estimate(hits: float, readings: int) -> dict[str, float]:
    interval = binomtest(round(hits), readings).proportion_ci(CONFIDENCE, method="wilson")
    value = hits / readings
    return {
        "value": value,
        "low": min(float(interval.low), value),
        "high": max(float(interval.high), value),
    }
