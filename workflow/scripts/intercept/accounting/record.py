"""The privacy record of a target: its epsilon by several accounts, and what they rest on."""

import math
from collections.abc import Iterator, Mapping
from typing import Any

from intercept.accounting.assumptions import ASSUMPTIONS, NOISE, UNTOUCHED
from intercept.accounting.mechanism import ELSEWHERE, TENSORFLOW_NOISE_ENDS_AT, Mechanism
from intercept.accounting.publication import published
from intercept.accounting.replace_one import epsilon_by_pld_replace_one
from intercept.accounting.sampled import (
    POST_DELTA,
    epsilon_as_the_post_computed,
    epsilon_by_pld,
    epsilon_by_rdp,
)
from intercept.accounting.truncated import delta_of_truncated_noise
from intercept.accounting.unamplified import epsilon_without_amplification

ADJACENCY = "add or remove one"

_UNKNOWN = (
    "How the network of a file was trained is not known: nothing can be said of the images that "
    "trained it."
)


def privacy_record(training: Mapping[str, Any], manifest: Mapping[str, Any]) -> dict[str, Any]:
    """What can be said about the privacy of a target's training images, and what cannot.

    Args:
        training: the record of the training: ``mechanism`` (the fields of a `Mechanism`, or None
            for a training without differential privacy), ``settings``, ``seed``, ``steps`` and
            ``training_images``.
        manifest: that of the data set: ``training_images`` and ``validation_images``.

    Returns:
        A dict of plain values with the keys

        - ``training_images``, ``steps``, ``adjacency``, and from the mechanism (None without one)
          ``sampler``, ``batch_size``, ``sampling_probability`` (None unless samples are
          Poisson's), ``gradients_clipped``, ``l2_norm_clip`` (the unit of the noise, too),
          ``noise_multiplier``, ``noise_source``, ``noise_generator``, ``batch_normalisation`` and
          ``delta``;
        - ``noise``: how the noise was drawn and added in floating point, a sentence or two; None
          without noise;
        - ``epsilon``: by the keys ``sampler_that_ran``, ``replace_one``, ``rdp`` and
          ``no_amplification``; None where there is none, or where it is infinite. Each accounts
          for the sampling, clipping and noise of the mechanism, and holds if nothing is broken;
        - ``methods``: what each of them is, by the same keys;
        - ``reasons``: by key, why an epsilon is None;
        - ``as_the_post_computed``: for any training with clipping and noise, a dict with
          ``epsilon``, ``delta``, ``images_assumed``, ``steps_assumed``, ``conversion`` and
          ``why_it_does_not_hold``, a list of sentences beside the broken conditions; else None;
        - ``claimed``: the same dict where the recipe is the post's own, else None;
        - ``network_is_guaranteed``: whether no condition is broken, so that the epsilons hold for
          the network and what is made of it alone;
        - ``published``: what the study hands to its readers that depends on training or validation
          images, each a dict with the fields of `intercept.accounting.publication.Published`;
        - ``is_a_guarantee``: whether the epsilons cover all of that which depends on training
          images;
        - ``broken_conditions``: a sentence for each condition of the accounts that the training
          does not meet;
        - ``assumptions``: what a guarantee rests on and does not cover.
    """
    mechanism = Mechanism(**training["mechanism"]) if training["mechanism"] is not None else None
    steps = training["steps"]
    elsewhere = training["settings"]["recipe"] in ELSEWHERE
    if elsewhere:
        broken = [_UNKNOWN]
    else:
        broken = list(_broken_conditions(mechanism, training)) if steps else []
    as_the_post_computed = _as_the_post_computed(mechanism, training, manifest)
    listed = published(training, not broken)
    return {
        "training_images": training["training_images"],
        "steps": steps,
        "adjacency": ADJACENCY,
        **_parameters(mechanism),
        **_accounts(mechanism, None if elsewhere else steps),
        "as_the_post_computed": as_the_post_computed,
        "claimed": as_the_post_computed if training["settings"]["recipe"] == "post" else None,
        "network_is_guaranteed": not broken,
        "published": listed,
        "is_a_guarantee": all(
            one["covered_by"] == "account"
            for one in listed
            if one["depends_on"] == "training images"
        ),
        "broken_conditions": broken,
        "assumptions": _assumptions(elsewhere, steps),
    }


def _assumptions(elsewhere: bool, steps: int) -> list[str]:
    if elsewhere:
        return [ASSUMPTIONS[-1]]
    return list(ASSUMPTIONS) if steps else [UNTOUCHED, ASSUMPTIONS[-1]]


def _parameters(mechanism: Mechanism | None) -> dict[str, Any]:
    keys = (
        "sampler",
        "batch_size",
        "gradients_clipped",
        "l2_norm_clip",
        "noise_multiplier",
        "noise_source",
        "noise_generator",
        "batch_normalisation",
        "delta",
    )
    probability = None
    if mechanism is not None and mechanism.sampler == "poisson":
        probability = mechanism.sampling_probability
    return {
        **{key: getattr(mechanism, key, None) for key in keys},
        "sampling_probability": probability,
        "noise": NOISE[mechanism.noise_generator]
        if mechanism is not None and mechanism.noise_multiplier > 0
        else None,
    }


def _accounts(mechanism: Mechanism | None, steps: int | None) -> dict[str, dict[str, Any]]:
    """``epsilon``, ``methods`` and ``reasons`` of the record; None steps were taken elsewhere."""
    methods = {
        "sampler_that_ran": "privacy loss distribution of Poisson sampling, add or remove one",
        "replace_one": "privacy loss distribution of Poisson sampling, replace one",
        "rdp": "Rényi differential privacy of Poisson sampling, add or remove one, converted "
        "after Canonne, Kamath and Steinke (2020), proposition 12",
        "no_amplification": "composition of Gaussian mechanisms, one for each step that an image "
        "is in, add or remove one",
    }
    if steps == 0:
        return {"epsilon": dict.fromkeys(methods, 0.0), "methods": methods, "reasons": {}}
    if steps is None:
        reason = "how the network of a file was trained is not known"
    elif mechanism is None:
        reason = "trained without differential privacy: epsilon is infinite"
    elif not mechanism.gradients_clipped:
        reason = "where gradients are not clipped epsilon is infinite"
    elif mechanism.noise_multiplier == 0:
        reason = "without noise epsilon is infinite"
    else:
        uses = -(-steps * mechanism.batch_size // mechanism.examples)
        methods["no_amplification"] += _meaning_of_uses(mechanism, uses)
        return _finite_accounts(mechanism, steps, uses, methods)
    nothing = dict.fromkeys(methods)
    return {"epsilon": nothing, "methods": methods, "reasons": dict.fromkeys(methods, reason)}


def _meaning_of_uses(mechanism: Mechanism, uses: int) -> str:
    if mechanism.sampler == "poisson":
        return (
            f"; here {uses}, as many as expected: what an image drawn that often has left if the "
            "samples become known, and no bound for others"
        )
    return (
        f"; here {uses}, the passes over the training set: a bound for any order of the images "
        "that does not depend on them and holds none twice in a batch"
    )


def _finite_accounts(
    mechanism: Mechanism, steps: int, uses: int, methods: dict[str, str]
) -> dict[str, dict[str, Any]]:
    sampled = (
        mechanism.noise_multiplier,
        mechanism.sampling_probability,
        steps,
        mechanism.delta,
    )
    accounts = {
        "sampler_that_ran": epsilon_by_pld,
        "replace_one": epsilon_by_pld_replace_one,
        "rdp": epsilon_by_rdp,
    }
    epsilon: dict[str, float | None]
    reasons: dict[str, str] = {}
    if mechanism.sampler == "poisson":
        epsilon = {key: account(*sampled) for key, account in accounts.items()}
    else:
        epsilon = dict.fromkeys(accounts)
        reason = (
            "this account is for Poisson sampling; there is none here for fixed batches from a "
            "shuffle buffer"
        )
        reasons = dict.fromkeys(accounts, reason)
    epsilon["no_amplification"] = epsilon_without_amplification(
        mechanism.noise_multiplier, uses, mechanism.delta
    )
    for key, value in epsilon.items():
        if value == math.inf:
            epsilon[key] = None
            reasons[key] = "dp_accounting finds no epsilon for so little noise"
    return {"epsilon": epsilon, "methods": methods, "reasons": reasons}


def _broken_conditions(mechanism: Mechanism | None, training: Mapping[str, Any]) -> Iterator[str]:
    """The conditions of the accounts that a training of one step or more does not meet."""
    if mechanism is None:
        yield (
            "Trained without differential privacy: gradients were neither clipped nor given noise."
        )
        return
    if not mechanism.gradients_clipped:
        yield (
            "Gradients were not clipped: one image can change their sum by more than any noise "
            "hides, and epsilon is infinite."
        )
        if mechanism.noise_multiplier == 0:
            yield "No noise was added."
    elif mechanism.noise_multiplier == 0:
        yield "No noise was added: clipping alone hides nothing, and epsilon is infinite."
    if mechanism.batch_normalisation:
        yield (
            "BatchNorm normalises each image by the others of its batch: one image changes the "
            "gradients of all of them, which clipping each gradient by itself does not bound."
        )
        yield (
            "BatchNorm's moving averages are taken from the images without clipping or noise, and "
            "are released with the network."
        )
    if mechanism.sampler != "poisson":
        yield (
            "Batches came from a shuffle buffer, not from Poisson sampling, which every account "
            "of amplification by sampling here assumes (Chua et al. 2024, arXiv 2403.17673)."
        )
    if mechanism.noise_generator == "tensorflow" and mechanism.noise_multiplier > 0:
        uses = training["steps"] * mechanism.sampling_probability
        delta = delta_of_truncated_noise(mechanism.noise_multiplier, uses, TENSORFLOW_NOISE_ENDS_AT)
        yield (
            f"The noise is truncated: TensorFlow makes it of a float32 that is at least 1e-7, so "
            f"that it is never beyond {TENSORFLOW_NOISE_ENDS_AT:.2f} standard deviations. An image "
            "can make outputs possible that are impossible without it: where its gradient lies "
            f"in one coordinate, with probability {delta:.2g} over its {uses:.0f} uses, which "
            "is a least delta at every epsilon."
        )
    images = training["training_images"]
    if mechanism.delta >= 1 / images:
        yield (
            f"Delta is {mechanism.delta:g}, which is not below 1/{images}, one over the number of "
            "training images: such a delta allows an image to be given away outright."
        )
    if mechanism.noise_source == "seed":
        yield (
            f"The noise was drawn from the seed {training['seed']}, which is published with the "
            "results: anyone can compute it again and take it away."
        )


def _as_the_post_computed(
    mechanism: Mechanism | None, training: Mapping[str, Any], manifest: Mapping[str, Any]
) -> dict[str, Any] | None:
    if mechanism is None or mechanism.noise_multiplier == 0 or not mechanism.gradients_clipped:
        return None
    settings, trained_on = training["settings"], training["training_images"]
    images = settings.get(
        "images_assumed", manifest["training_images"] + manifest["validation_images"]
    )
    batch_size, epochs = settings["batch_size"], settings["epochs"]
    steps = math.ceil(epochs * images / batch_size)
    reasons = []
    if mechanism.sampler != "poisson":
        reasons.append("It assumes Poisson sampling, where batches came from a shuffle buffer.")
    if (images, steps) != (trained_on, training["steps"]):
        reasons.append(
            f"It counts {images} images and {steps} steps, where {trained_on} images were trained "
            f"on for {training['steps']} steps."
        )
    return {
        "epsilon": epsilon_as_the_post_computed(
            mechanism.noise_multiplier, images, batch_size, epochs
        ),
        "delta": POST_DELTA,
        "images_assumed": images,
        "steps_assumed": steps,
        "conversion": "classic (Mironov 2017, proposition 3)",
        "why_it_does_not_hold": reasons,
    }
