"""Where a training's chance comes from: a seed, or the operating system."""

import zlib

import numpy as np


class Randomness:
    """Streams of randomness, one for each purpose and number.

    With a seed, a stream depends on the seed, the purpose and its number (of a step or an epoch)
    alone, so that a training which was interrupted goes on with the draws that it would have
    made. Without one, every stream is fresh from the operating system's entropy and cannot be
    repeated by anyone: only so does differential privacy's noise hide anything.

    Each stream is that of a counter-based generator with a key of 128 bits of its own (Philox,
    Salmon et al. 2011), which is not cryptographic.

    Args:
        seed: at least 0, or None for the operating system's entropy.
    """

    def __init__(self, seed: int | None) -> None:
        self.seed = seed

    def _sequence(self, purpose: str, number: int) -> np.random.SeedSequence:
        if self.seed is None:
            return np.random.SeedSequence()  # 128 bits of the operating system's
        return np.random.SeedSequence([self.seed, zlib.crc32(purpose.encode()), number])

    def generator(self, purpose: str, number: int = 0) -> np.random.Generator:
        """A NumPy generator for one stream."""
        return np.random.Generator(np.random.Philox(self._sequence(purpose, number)))


def poisson_sample(randomness: Randomness, size: int, probability: float, step: int) -> np.ndarray:
    """Indices of a Poisson sample: each of `size` examples independently with `probability`.

    Returns:
        int64 [k], increasing; k varies around size × probability and may be 0.
    """
    return np.flatnonzero(randomness.generator("sampling", step).random(size) < probability)
