"""A decoder that gives the mean image of all that could have sent an activation."""

import tensorflow as tf

from intercept.attackers.components import painter
from intercept.attackers.decoder.maps import learner_on_maps
from intercept.attackers.decoder.settings import Settings
from intercept.attackers.decoder.vectors import learner_on_vectors
from intercept.attackers.interface import Knowledge, Pairs
from intercept.attackers.learning import Learner, LearningAttacker
from intercept.attackers.networks import keeps_positions


class Attacker(LearningAttacker[Settings]):
    """Learns from augmented copies too.

    Activations that are maps go through a residual network, which keeps things in their places;
    others through dense layers onto principal components.
    """

    def on_maps(self, pairs: Pairs) -> bool:
        """Whether activations have positions, as images do; see `LearningAttacker`."""
        return keeps_positions(pairs.activations.shape[1:], pairs.images.shape[1:])

    def learner(self, knowledge: Knowledge) -> Learner:
        """One or the other; see `LearningAttacker`."""
        if self.on_maps(knowledge.fitting):
            return learner_on_maps(knowledge.fitting, self._settings)
        return learner_on_vectors(knowledge.fitting, knowledge.lesson, self._settings)

    def painter(self, knowledge: Knowledge) -> tf.keras.Model:
        """The sigmoid of logits, or the sum of components; see `LearningAttacker`."""
        shape = knowledge.fitting.images.shape[1:]
        if self.on_maps(knowledge.fitting):
            logit = tf.keras.Input(shape, name="logit")
            return tf.keras.Model(logit, tf.sigmoid(logit))
        return painter(knowledge.lesson.components, shape)
