"""Trade-off curves of differential privacy, and guesses about canaries that contradict one."""

from collections.abc import Sequence

import numpy as np
from dp_accounting.pld import privacy_loss_distribution

from intercept.accounting.discretisation import loss_interval
from intercept.audit.guesses import Guesses

_CORNERS = 500
_LEAST_DELTA = 1e-9
# Of the account's: it moves epsilon by a hundredth, and always towards less privacy.
_COARSER = 10


class TradeOff:
    """What a mechanism leaves to whoever tells two neighbours apart, in both directions.

    The curve f gives, for the chance of a false alarm, the least chance of a miss (Dong, Roth and
    Su 2022, arXiv 1905.02383, definition 2 and proposition 6): that of being
    (ε, δ)-differentially private for every pair given.

    Args:
        epsilons: 0 or more.
        deltas: in [0, 1], a delta for each epsilon.
    """

    def __init__(self, epsilons: Sequence[float], deltas: Sequence[float]) -> None:
        self._growth = np.exp(np.asarray(epsilons, np.float64))
        self._deltas = np.asarray(deltas, np.float64)

    def least_wrong(self, right: float) -> float:
        """f(1 − right): the least probability without the canary of what has `right` with it.

        Args:
            right: in [0, 1].
        """
        flat = (right - self._deltas) / self._growth
        steep = 1 - self._deltas - self._growth * (1 - right)
        return float(max(0.0, flat.max(), steep.max()))

    def contradicted_by(self, guesses: Guesses, confidence: float) -> bool:
        """Whether a training with this curve has so many correct guesses too rarely.

        Mahloujifar, Melis and Chaudhuri 2024, arXiv 2410.22235, theorem 9 and algorithm 3. If so
        many were correct with a chance of 1 − `confidence`, then going down through the numbers
        of correct guesses the curve forces so much chance onto wrong guesses that all of them
        together have more than 1.

        Args:
            guesses: of one training, by independent coins of probability ½.
            confidence: in (0, 1): of trainings with this curve, no smaller share is left in peace.
        """
        made, level = guesses.made, 1 - confidence
        # Shares of all canaries, over the outcomes with so many correct guesses or more.
        right = level * guesses.correct / guesses.canaries
        wrong = level * (made - guesses.correct) / guesses.canaries
        everything = made / guesses.canaries
        for correct in range(guesses.correct - 1, -1, -1):
            more = max(wrong, self.least_wrong(min(right, 1.0)))
            if more == wrong:
                return False  # nor would it grow later
            right += correct / (made - correct) * (more - wrong)
            wrong = more
            if right + wrong > everything:
                return True
        return False


def of_training(noise_multiplier: float, sampling_probability: float, steps: int) -> TradeOff:
    """The curve of a training with Poisson sampling, add or remove one.

    By its privacy loss distribution (see `intercept.accounting.sampled.epsilon_by_pld`), at
    some hundred corners, which lie on the curve or, by what the distribution is discretised to,
    below it: what contradicts this curve contradicts the training's own.

    Args:
        noise_multiplier: above 0.
        sampling_probability: in (0, 1].
        steps: 1 or more.

    Raises:
        ValueError: dp_accounting fails to discretise the loss, as it may for noise multipliers
            below 0.1.
    """
    losses = privacy_loss_distribution.from_gaussian_mechanism(
        noise_multiplier,
        value_discretization_interval=_COARSER
        * loss_interval(noise_multiplier, sampling_probability, steps),
        sampling_prob=sampling_probability,
    ).self_compose(steps)
    epsilons = np.linspace(0, losses.get_epsilon_for_delta(_LEAST_DELTA), _CORNERS)
    return TradeOff(epsilons, losses.get_delta_for_epsilon(epsilons))
