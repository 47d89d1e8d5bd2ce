"""A decoder that gives the mean image of all that could have sent an activation."""

from intercept.attackers.decoder.maps import learner_on_maps
from intercept.attackers.decoder.settings import Settings
from intercept.attackers.decoder.vectors import learner_on_vectors
from intercept.attackers.interface import Knowledge
from intercept.attackers.learning import Learner, LearningAttacker
from intercept.attackers.networks import keeps_positions


class Attacker(LearningAttacker[Settings]):
    """Learns from augmented copies too.

    Activations that are maps go through a residual network, which keeps things in their places;
    others through dense layers onto principal components.
    """

    def learner(self, knowledge: Knowledge) -> Learner:
        """One or the other; see `LearningAttacker`."""
        fitting = knowledge.fitting
        if keeps_positions(fitting.activations.shape[1:], fitting.images.shape[1:]):
            return learner_on_maps(fitting, self._settings)
        return learner_on_vectors(fitting, knowledge.lesson, self._settings)
