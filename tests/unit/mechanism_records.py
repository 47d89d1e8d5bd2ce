"""What the record of a training says of its mechanism."""

from intercept.accounting.mechanism import Mechanism

SOUND = {
    "sampler": "poisson",
    "examples": 11_000,
    "batch_size": 32,
    "l2_norm_clip": 1.0,
    "noise_multiplier": 0.7,
    "delta": 1e-5,
    "noise_source": "os-entropy",
}


def mechanism(**changed):
    """That of the study's training by the recipe dp-adam, but for what is changed."""
    return Mechanism(**(SOUND | changed)).as_record()
