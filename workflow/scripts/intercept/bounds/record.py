"""What is possible on one wire and what can be promised of it, as a record."""

from typing import Any

import numpy as np
import pandas as pd

from intercept.bounds.optimum import (
    MEASURES,
    best_hits,
    exact,
    exact_hits,
    optimum,
    response_hits,
)
from intercept.bounds.promise import message_promise, noise_promise, response_promise
from intercept.datasets.cache import ImageSet
from intercept.wire.channel import Channel


def bounds_record(
    channel: Channel, signals: np.ndarray, evaluation: ImageSet, seed: int
) -> dict[str, Any]:
    """The optimum among the evaluation images and the promise for as many of any kind.

    Args:
        channel: what crosses the wire.
        signals: float32 [n, ...], what is sent without noise for each evaluation image.
        evaluation: the candidates, of which each group is judged by itself as in
            `intercept.metrics.groups`.
        seed: of the noise that the optimum behind noise is a mean over.

    Returns:
        ``channel``, the record of it; ``clip_to_noise_ratio`` (√K·R/σ, None without noise),
        ``readings`` (K), and for each group
        (``unseen``, ``seen``; None without images) and each of ``top1`` and ``within_character``
        an ``optimum`` (see `intercept.bounds.optimum.optimum`) and a ``promise``, the lowest of
        those in `intercept.bounds.promise` that apply; 1 where nothing is promised. Within a
        character the promise is a mean over images, each among as many drawings as its character
        has; ``drawings`` is that number, None where characters differ in it.
    """
    record: dict[str, Any] = {
        "channel": channel.as_record(),
        "clip_to_noise_ratio": channel.clip_to_noise_ratio,
        "readings": channel.readings,
        "unseen": None,
        "seen": None,
    }
    for group, index in evaluation.groups():
        characters = evaluation.characters[index]
        if channel.epsilon is not None:
            own = (signals[index], characters, messages(channel), channel.epsilon)
            found = exact(response_hits(*own))
        else:
            found = optimum(signals[index], characters, channel.noise_deviation, seed)
        _, character, drawings = np.unique(characters, return_inverse=True, return_counts=True)
        candidates = {"top1": np.array([len(index)]), "within_character": drawings[character]}
        record[group] = {
            measure: {
                "optimum": found[measure],
                "promise": float(promise(channel, candidates[measure]).mean()),
            }
            for measure in MEASURES
        }
        alike = bool((drawings == drawings[0]).all())
        record[group]["drawings"] = int(drawings[0]) if alike else None
    return record


def messages(channel: Channel) -> int:
    """How many a wire has that is read by randomised response."""
    assert channel.bits is not None  # there are words to answer with
    return round(2**channel.bits)


def promise(channel: Channel, candidates: np.ndarray) -> np.ndarray:
    """The most with which anybody can pick the input out of any N candidates on this wire.

    Args:
        channel: what crosses the wire.
        candidates: N, at least 1; any shape.

    Returns:
        float64 of the shape of `candidates`, in (0, 1]; 1 where nothing is promised.
    """
    bounds = [np.ones(np.shape(candidates))]
    if channel.clip_to_noise_ratio is not None:
        ratio, numbers = channel.clip_to_noise_ratio, channel.numbers
        bounds.append(noise_promise(candidates, ratio, numbers, channel.equal_norms))
    if channel.bits is not None:
        bounds.append(message_promise(candidates, channel.bits))
    if channel.epsilon is not None:
        answered = (messages(channel), channel.epsilon, channel.readings)
        bounds.append(response_promise(candidates, *answered))
    return np.min(bounds, axis=0)


def optimum_table(
    channel: Channel, readings: np.ndarray, signals: np.ndarray, evaluation: ImageSet
) -> pd.DataFrame:
    """What the best rule gets of the very readings that the attackers have.

    Args:
        channel: what crosses the wire.
        readings: float32 [n, ...], what was read of each evaluation image.
        signals: float32 [n, ...], what is sent without noise.
        evaluation: the candidates.

    Returns:
        A row an image, in their order: ``image``, ``character``, ``label``, ``group``, and by the
        measures of `intercept.bounds.optimum` its hits, in [0, 1].
    """
    tables = []
    for group, index in evaluation.groups():
        characters = evaluation.characters[index]
        if channel.epsilon is not None:
            own = (signals[index], characters, messages(channel), channel.epsilon)
            hits = response_hits(*own, readings=readings[index])
        elif channel.noise_deviation > 0:
            hits = best_hits(readings[index], signals[index], characters)
        else:
            hits = exact_hits(signals[index], characters)
        columns = {"image": index, "character": characters, "label": evaluation.labels[index]}
        tables.append(pd.DataFrame({**columns, "group": group, **hits}))
    return pd.concat(tables).sort_values("image", ignore_index=True)
