"""What an accountant has to know of a training; free of TensorFlow."""

import math
from dataclasses import asdict, dataclass
from typing import Any, Literal

Sampler = Literal["poisson", "shuffle-buffer"]
NoiseGenerator = Literal["float64-rounded-once", "tensorflow"]
MODEL_FILE = "model-file"  # the recipe of networks of files
BY_KEY = {"model": MODEL_FILE, "recording": "recording", "command": "command"}
"""Recipes of what was trained elsewhere, by the key that stands in the place of ``recipe``."""

ELSEWHERE = tuple(BY_KEY.values())
# It is drawn by Box and Muller from a uniform number that is at least 1e-7.
TENSORFLOW_NOISE_ENDS_AT = math.sqrt(-2 * math.log(1e-7))


@dataclass(frozen=True)
class Mechanism:
    """How each step of a training samples, clips and adds noise.

    Attributes:
        sampler: ``poisson``, each example by itself with `sampling_probability`; or
            ``shuffle-buffer``, fixed batches out of a buffer that shuffles the stream.
        examples: size of the training set.
        batch_size: examples in a step, under Poisson sampling their expected number.
        l2_norm_clip: the largest l2 norm of one example's gradient.
        noise_multiplier: standard deviation of the noise on the sum, over `l2_norm_clip`; at
            least 0.
        delta: the delta that epsilon is stated for, in (0, 1).
        noise_source: ``os-entropy`` or ``seed``.
        noise_generator: ``float64-rounded-once``, that of `intercept.wire.gaussian_noise`; or
            ``tensorflow``, in float32 and with an end at `TENSORFLOW_NOISE_ENDS_AT` deviations.
        batch_normalisation: whether the network normalises over the examples of a batch.
        gradients_clipped: whether gradients are clipped at all; if not, `l2_norm_clip` is but the
            unit of the noise.
    """

    sampler: Sampler
    examples: int
    batch_size: int
    l2_norm_clip: float
    noise_multiplier: float
    delta: float
    noise_source: str
    noise_generator: NoiseGenerator = "float64-rounded-once"
    batch_normalisation: bool = False
    gradients_clipped: bool = True

    @property
    def sampling_probability(self) -> float:
        """Batch size over examples, in (0, 1]."""
        return self.batch_size / self.examples

    def as_record(self) -> dict[str, Any]:
        """A dict of plain values, for a JSON record; ``Mechanism(**record)`` reads it."""
        return asdict(self)
