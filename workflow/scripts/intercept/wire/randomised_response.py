"""Randomised response over the words of a codebook: a message that may be another than the input's.

k-ary randomised response (Kairouz, Bonawitz and Ramage 2016, arXiv 1602.07387, section 3): of M
words the input's own is sent with probability p = e^ε / (e^ε + M − 1), and any other with
q = 1 / (e^ε + M − 1). One reading is ε-locally differentially private, whatever the inputs.
"""

import math

import numpy as np


def probabilities(words: int, epsilon: float) -> tuple[float, float]:
    """Those of the input's own word and of any other one, (p, q).

    Args:
        words: M, at least 1.
        epsilon: of one reading, at least 0.
    """
    shrunk = math.exp(-epsilon)  # e^ε may be far beyond what a float holds
    total = 1 + (words - 1) * shrunk
    return 1 / total, shrunk / total


def respond(
    signals: np.ndarray, words: np.ndarray, epsilon: float, generator: np.random.Generator
) -> np.ndarray:
    """What is sent in the place of each signal.

    Args:
        signals: float32 [n, d], each one of the words.
        words: float32 [M, d].
        epsilon: of one reading, at least 0.
        generator: advanced. In a study it is seeded; a device has to draw where nobody can predict
            it.

    Returns:
        float32 [n, d], rows of `words`.
    """
    _, other = probabilities(len(words), epsilon)
    # Any word, the own one too, in the place of a share of M q: so each other has q.
    replaced = generator.random(len(signals)) < len(words) * other
    drawn = words[generator.integers(len(words), size=len(signals))]
    return np.where(replaced[:, np.newaxis], drawn, signals).astype(np.float32)
