"""What an audit found, as a record, and whether it contradicts what is stated."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from intercept.accounting.sampled import epsilon_by_pld
from intercept.audit import any_mechanism, this_mechanism
from intercept.audit.guesses import Guesses, guess
from intercept.audit.simulation import best_number_of_guesses
from intercept.mechanism import Mechanism

CONFIDENCE = 0.95


def audit_record(
    mechanism: Mechanism, steps: int, scores: np.ndarray, included: np.ndarray
) -> dict[str, Any]:
    """Bounds on the epsilon of a training from its canaries.

    Args:
        mechanism: as stated, with Poisson sampling, clipping and noise.
        steps: taken, 1 or more.
        scores: float [m], higher where a canary was more likely in the training set.
        included: bool [m], whether it was.

    Returns:
        A dict of plain values with the keys

        - ``mechanism`` and ``steps``: as given;
        - ``guesses``: the fields of `intercept.audit.guesses.Guesses`;
        - ``confidence`` of each bound by itself;
        - ``stated``: epsilon at the mechanism's delta, add or remove one;
        - ``any_mechanism``: its lower bound, if nothing is taken for granted but independent coins
          (`intercept.audit.any_mechanism`);
        - ``this_mechanism``: its lower bound, if only the amount of noise is doubted
          (`intercept.audit.this_mechanism`);
        - ``at_most``: what so many canaries can show of any mechanism.
    """
    training = (mechanism.noise_multiplier, mechanism.sampling_probability, steps)
    delta = mechanism.delta
    made = best_number_of_guesses(*training, len(scores), delta, CONFIDENCE)
    guesses = guess(scores, included, made)
    return {
        "mechanism": mechanism.as_record(),
        "steps": steps,
        "guesses": vars(guesses),
        "confidence": CONFIDENCE,
        "stated": epsilon_by_pld(*training, delta),
        "any_mechanism": any_mechanism.epsilon_lower_bound(guesses, delta, CONFIDENCE),
        "this_mechanism": this_mechanism.epsilon_lower_bound(guesses, *training, delta, CONFIDENCE),
        "at_most": any_mechanism.largest_epsilon(len(scores), delta, CONFIDENCE),
    }


def contradicts(record: Mapping[str, Any], stated: float, confidence: float) -> bool:
    """Whether an audit contradicts the stated epsilon, by either bound.

    Args:
        record: as of `audit_record`.
        stated: epsilon of the target at the mechanism's delta, above 0; may be infinite.
        confidence: in (0, 1); each of the two bounds fails at most with half the rest.

    Returns:
        Whether the bound for any mechanism is above `stated`, or the guesses contradict the
        mechanism's own curve.
    """
    each = (1 + confidence) / 2
    guesses, mechanism = Guesses(**record["guesses"]), Mechanism(**record["mechanism"])
    return any_mechanism.epsilon_lower_bound(
        guesses, mechanism.delta, each
    ) > stated or this_mechanism.contradicts(
        guesses,
        mechanism.noise_multiplier,
        mechanism.sampling_probability,
        record["steps"],
        each,
    )
