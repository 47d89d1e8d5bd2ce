"""What crosses a wire, as far as what is possible and what can be promised depend on it."""

import math
from dataclasses import asdict, dataclass, replace
from typing import Any


@dataclass(frozen=True)
class Channel:
    """The messages of a wire, whatever defence makes them.

    Attributes:
        numbers: how many are sent for an input, at least 1.
        noise_deviation: of the Gaussian noise in each number that the eavesdropper has, σ/√K, of
            which the device draws σ; 0 where what is sent follows from the input.
        largest_norm: R, the largest l2 norm of a signal about a centre that is public, whatever the
            input; None where nothing limits it.
        equal_norms: whether every signal has that norm.
        readings: K, how many readings of one input the eavesdropper has and averages, at least 1.
        bits: log₂ of how many messages there are before any noise; None if nothing limits them.
        epsilon: of the randomised response by which one of them is sent in one reading; None where
            it is sent as it is.
    """

    numbers: int
    noise_deviation: float = 0.0
    largest_norm: float | None = None
    equal_norms: bool = False
    readings: int = 1
    bits: float | None = None
    epsilon: float | None = None

    @property
    def clip_to_noise_ratio(self) -> float | None:
        """√K·R/σ; None without noise, or where nothing limits R."""
        if self.largest_norm is None or not self.noise_deviation > 0:
            return None
        return self.largest_norm / self.noise_deviation

    def read(self, times: int) -> "Channel":
        """The same wire to an eavesdropper who has so many readings of one input, at least 1."""
        deviation = self.noise_deviation * math.sqrt(self.readings / times)
        return replace(self, noise_deviation=deviation, readings=times)

    def as_record(self) -> dict[str, Any]:
        """A dict of plain values, for a JSON record; ``Channel(**record)`` reads it."""
        return asdict(self)
