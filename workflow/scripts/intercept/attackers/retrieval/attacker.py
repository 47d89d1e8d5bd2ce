"""An eavesdropper that has the candidates: which of them explains the activation seen?"""

import numpy as np

from intercept.attackers import interface
from intercept.attackers.interface import Knowledge, Outcome
from intercept.attackers.retrieval.settings import Settings


class Attacker(interface.Attacker):
    """Rebuilds nothing: its answer is the activation seen, to compare with the candidates'.

    The comparison is by Euclidean distance: behind Gaussian noise of one deviation in every number
    the nearest candidate is the likeliest.

    Args:
        settings: none.
        seed: not used, since nothing is drawn.
    """

    def __init__(self, settings: Settings, seed: int) -> None:
        pass

    def attack(
        self, knowledge: Knowledge, seen: np.ndarray, start: np.ndarray | None, name: str
    ) -> Outcome:
        """Answer every activation that was seen; see `Attacker`."""
        return Outcome(seen.copy())
