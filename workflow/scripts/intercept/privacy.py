"""What differential privacy of the training is claimed for a target."""

import math
from typing import Any

import numpy as np
from dp_accounting import dp_event
from dp_accounting.rdp import RdpAccountant

# The Rényi orders of TensorFlow Privacy's compute_dp_sgd_privacy in 2020, which the post called.
_ORDERS = [1 + k / 10 for k in range(1, 100)] + list(range(12, 64))
POST_DELTA = 1e-5


def epsilon_as_the_post_computed(
    noise_multiplier: float, images: int, batch_size: int, epochs: int, delta: float = POST_DELTA
) -> float:
    """Epsilon by the accounting of the post and its time.

    Rényi differential privacy of the Poisson-subsampled Gaussian mechanism (Mironov, Talwar and
    Zhang 2019, arXiv 1908.10530), add or remove one record, converted by
    ε = min over α of RDP(α) + log(1/δ)/(α − 1) (Mironov 2017, proposition 3).

    Args:
        noise_multiplier: standard deviation of the noise over the clipping norm, 0 or more.
        images: the number of records that the accounting assumes.
        batch_size: images in a step; the sampling probability is batch_size / images.
        epochs: passes; the steps are ⌈epochs × images / batch_size⌉.
        delta: in (0, 1).

    Returns:
        Epsilon, infinite without noise.
    """
    if noise_multiplier == 0:
        return math.inf
    steps = math.ceil(epochs * images / batch_size)
    step = dp_event.PoissonSampledDpEvent(
        batch_size / images, dp_event.GaussianDpEvent(noise_multiplier)
    )
    accountant = RdpAccountant(_ORDERS).compose(dp_event.SelfComposedDpEvent(step, steps))
    orders = np.asarray(accountant.orders)
    return float(np.min(accountant.rdp - math.log(delta) / (orders - 1)))


def claimed_privacy(training: dict[str, Any], manifest: dict[str, Any]) -> dict[str, Any]:
    """The privacy record of a target: what would be claimed for it, and why it does not hold.

    Args:
        training: the record of its training.
        manifest: that of its data set.
    """
    settings = training["settings"]
    noise_multiplier = settings.get("noise_multiplier")
    if noise_multiplier is None:
        return {"epsilon_claimed": None, "reason": "trained without differential privacy"}
    images = manifest["training_images"] + manifest["validation_images"]
    epsilon = epsilon_as_the_post_computed(
        noise_multiplier, images, settings["batch_size"], settings["epochs"]
    )
    return {
        "epsilon_claimed": epsilon if math.isfinite(epsilon) else None,
        "delta": POST_DELTA,
        "conversion": "classic (Mironov 2017, proposition 3), as in the post",
        "images_assumed": images,
        "images_trained_on": training["training_images"],
        "is_a_guarantee": False,
        "reason": (
            f"computed as the post did, for {images} images including the validation images, "
            f"where {training['training_images']} were trained on"
        ),
        "noise_multiplier": noise_multiplier,
        "l2_norm_clip": settings["l2_norm_clip"],
        "noise_source": settings["noise_source"],
        "sampling_probability": training["sampling_probability"],
        "steps": training["steps"],
    }
