"""An audit of the mechanism as it is stated, simulated: by it the number of guesses is chosen.

It is chosen before the audit and knows nothing of its scores, so that nothing has to be corrected
for the choice.
"""

import numpy as np

from intercept.accounting.discretisation import remove_one_loss
from intercept.audit.any_mechanism import epsilon_lower_bound
from intercept.audit.guesses import Canaries, guess

_AUDITS = 3
_MORE_AUDITS = 10
_STANDARD_ERRORS = 3
_NEAR = 0.9  # of the largest bound
_SHARES = (0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 1.0)  # of the canaries, that are guessed about


def simulated_canaries(
    noise_multiplier: float,
    sampling_probability: float,
    steps: int,
    canaries: int,
    generator: np.random.Generator,
) -> Canaries:
    """Canaries as `intercept.audit.trainer` would score them in a step that does what it states.

    Args:
        noise_multiplier: above 0.
        sampling_probability: in (0, 1].
        steps: 0 or more.
        canaries: m, 1 or more.
        generator: advanced.

    Returns:
        Their scores are log-likelihood ratios.
    """
    included = generator.random(canaries) < 0.5
    scores = np.zeros(canaries)
    for _ in range(steps):
        drawn = included & (generator.random(canaries) < sampling_probability)
        seen = drawn + noise_multiplier * generator.standard_normal(canaries)
        scores += remove_one_loss(seen, noise_multiplier, sampling_probability)
    return Canaries(scores, included)


def best_number_of_guesses(
    noise_multiplier: float,
    sampling_probability: float,
    steps: int,
    canaries: int,
    delta: float,
    confidence: float,
) -> int:
    """The most guesses whose bound for any mechanism is near the largest, over a few audits.

    More guesses than the largest bound takes are better at contradicting a mechanism that has a
    fault, for then there are more canaries of which much is known.

    Args:
        noise_multiplier, sampling_probability, steps, canaries: as for `simulated_canaries`, with
            canaries 2 or more.
        delta: in [0, 1).
        confidence: in (0, 1).

    Returns:
        An even number, from 2 to `canaries`.
    """
    generator = np.random.default_rng(0)
    numbers = sorted({max(2, int(share * canaries) // 2 * 2) for share in _SHARES})
    bounds = np.zeros(len(numbers))
    for _ in range(_AUDITS):
        simulated = simulated_canaries(
            noise_multiplier, sampling_probability, steps, canaries, generator
        )
        bounds += [
            epsilon_lower_bound(guess(simulated, made), delta, confidence) for made in numbers
        ]
    enough = _NEAR * bounds.max()
    return max(made for made, bound in zip(numbers, bounds, strict=True) if bound >= enough)


def share_of_a_sound_audit(
    noise_multiplier: float, sampling_probability: float, steps: int, canaries: int, made: int
) -> float:
    """The share of guesses that are correct where the step does what it states.

    Args:
        noise_multiplier, sampling_probability, steps, canaries: as for `simulated_canaries`.
        made: guesses of each audit.

    Returns:
        In [0, 1]: the mean over a few audits, less three standard errors of it.
    """
    generator = np.random.default_rng(1)
    shares = [
        guess(
            simulated_canaries(noise_multiplier, sampling_probability, steps, canaries, generator),
            made,
        ).correct
        / made
        for _ in range(_MORE_AUDITS)
    ]
    error = np.std(shares, ddof=1) / np.sqrt(_MORE_AUDITS)
    return float(max(0, np.mean(shares) - _STANDARD_ERRORS * error))
