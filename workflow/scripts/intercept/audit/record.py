"""What an audit found, as a record, and whether it contradicts what is stated."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from scipy.stats import binom

from intercept.accounting.mechanism import Mechanism
from intercept.accounting.sampled import epsilon_by_pld
from intercept.audit import any_mechanism, this_mechanism
from intercept.audit.guesses import Canaries, Guesses, guess
from intercept.audit.noise import noise_record
from intercept.audit.simulation import best_number_of_guesses, share_of_a_sound_audit

CONFIDENCE = 0.95
_CHECKS = 6  # in `contradictions`, each of which may raise a false alarm


def audit_record(
    mechanism: Mechanism, steps: int, canaries: Canaries, noise: np.ndarray, mislabelled: Canaries
) -> dict[str, Any]:
    """Bounds on the epsilon of a training from its canaries.

    Args:
        mechanism: as stated, with clipping and noise.
        steps: taken, 1 or more.
        canaries: gradients, scored by the noisy sums.
        noise: float [steps, k], what each step added to k numbers.
        mislabelled: images, scored by the finished network; there may be none.

    Returns:
        A dict of plain values with the keys

        - ``mechanism`` and ``steps``: as given;
        - ``guesses`` about the gradients: the fields of `intercept.audit.guesses.Guesses`;
        - ``confidence`` of each bound by itself;
        - ``stated``: epsilon at the mechanism's delta, add or remove one; None without an account,
          which there is for Poisson sampling alone;
        - ``any_mechanism``: its lower bound, if nothing is taken for granted but independent coins
          (`intercept.audit.any_mechanism`);
        - ``this_mechanism``: its lower bound, if only the amount of noise is doubted
          (`intercept.audit.this_mechanism`); None without an account;
        - ``at_most``: what so many canaries can show of any mechanism;
        - ``share_of_a_sound_audit``: of guesses that are correct if the step does what it states;
          None without an account;
        - ``noise``: as of `intercept.audit.noise.noise_record`;
        - ``outsider``: of the images the ``guesses``, half as many as there are images, and
          ``any_mechanism`` and ``at_most`` as above; None without images.
    """
    training = (mechanism.noise_multiplier, mechanism.sampling_probability, steps)
    delta = mechanism.delta
    made = best_number_of_guesses(*training, len(canaries), delta, CONFIDENCE)
    guesses = guess(canaries, made)
    accounted = _is_accounted(mechanism)
    return {
        "mechanism": mechanism.as_record(),
        "steps": steps,
        "confidence": CONFIDENCE,
        "stated": epsilon_by_pld(*training, delta) if accounted else None,
        **_of_any_mechanism(guesses, delta),
        "this_mechanism": this_mechanism.epsilon_lower_bound(guesses, *training, delta, CONFIDENCE)
        if accounted
        else None,
        "share_of_a_sound_audit": share_of_a_sound_audit(*training, len(canaries), made)
        if accounted
        else None,
        "noise": noise_record(noise, mechanism.noise_multiplier * mechanism.l2_norm_clip),
        "outsider": _of_any_mechanism(guess(mislabelled, len(mislabelled) // 4 * 2), delta)
        if len(mislabelled) >= 4
        else None,
    }


def _is_accounted(mechanism: Mechanism) -> bool:
    return mechanism.sampler == "poisson"


def _of_any_mechanism(guesses: Guesses, delta: float) -> dict[str, Any]:
    return {
        "guesses": vars(guesses),
        "any_mechanism": any_mechanism.epsilon_lower_bound(guesses, delta, CONFIDENCE),
        "at_most": any_mechanism.largest_epsilon(guesses.canaries, delta, CONFIDENCE),
    }


def contradictions(record: Mapping[str, Any], stated: float, confidence: float) -> list[str]:
    """What an audit found that contradicts the stated epsilon.

    Args:
        record: as of `audit_record`.
        stated: epsilon of the target at the mechanism's delta, above 0; may be infinite.
        confidence: in (0, 1): of trainings that do what they state, no smaller share has none.

    Returns:
        A clause for each, to be read by whoever runs the study; empty if there is none.
    """
    level = (1 - confidence) / _CHECKS
    mechanism = Mechanism(**record["mechanism"])
    training = (mechanism.noise_multiplier, mechanism.sampling_probability, record["steps"])
    guesses, noise = Guesses(**record["guesses"]), record["noise"]
    accounted, found = _is_accounted(mechanism), []

    def above(some: Guesses) -> bool:
        bound = any_mechanism.epsilon_lower_bound(some, mechanism.delta, 1 - level)
        return bound > stated

    if above(guesses):
        found.append(
            f"{_said(guesses)} were correct, which takes at least {record['any_mechanism']:.4g}"
        )
    elif accounted and this_mechanism.contradicts(guesses, *training, 1 - level):
        found.append(
            f"{_said(guesses)} were correct, which takes at least {record['this_mechanism']:.4g} "
            "of this mechanism"
        )
    share = record["share_of_a_sound_audit"]
    if accounted and binom.cdf(guesses.correct, guesses.made, share) < level:
        found.append(
            f"only {_said(guesses)} were correct, where {share:.0%} are of a step that does what "
            "it states: canaries were not among what was sampled and summed"
        )
    if noise["less_by_chance"] < level:
        found.append(f"the noise has {noise['deviation']:.1%} of the deviation that is stated")
    if noise["alike_by_chance"] < level:
        found.append(
            f"two of {record['steps']} steps have noise with a cosine of {noise['likeness']:.3f}, "
            "where it is to be new in each"
        )
    if record["outsider"] and above(by_loss := Guesses(**record["outsider"]["guesses"])):
        found.append(
            f"from the finished network {by_loss.correct} of {by_loss.made} guesses about "
            f"{by_loss.canaries} mislabelled images were correct, which takes at least "
            f"{record['outsider']['any_mechanism']:.4g}"
        )
    return found


def _said(guesses: Guesses) -> str:
    return f"{guesses.correct} of {guesses.made} guesses about {guesses.canaries} canaries"
