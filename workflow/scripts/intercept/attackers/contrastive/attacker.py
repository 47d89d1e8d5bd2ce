"""A decoder that is trained as it is judged: by which image its answer is nearest to."""

from functools import partial

import numpy as np
import tensorflow as tf

from intercept.attackers.components import (
    coordinates,
    dense_network,
    painter,
    squared_distances,
    squared_errors,
)
from intercept.attackers.contrastive.settings import Settings
from intercept.attackers.fitting import Objective
from intercept.attackers.interface import Knowledge
from intercept.attackers.learning import Learner, LearningAttacker


class Attacker(LearningAttacker[Settings]):
    """Learns the answer by which an image is told from others.

    The negative squared distances of an answer to all images of a batch are the logits of which
    of them it came from (InfoNCE; van den Oord, Li and Vinyals 2018, arXiv 1807.03748). The
    answer of least squared error alone is faint wherever it is unsure, so that what it is nearest
    to is whatever has little ink.
    """

    def learner(self, knowledge: Knowledge) -> Learner:
        """Dense layers onto principal components; see `LearningAttacker`."""
        settings = self._settings
        components, targets = knowledge.lesson.components, knowledge.lesson.coordinates
        variance = float(np.mean(squared_errors(targets, np.zeros_like(targets[:, :-1])))) or 1.0

        def loss(true: tf.Tensor, answers: tf.Tensor) -> tf.Tensor:
            logits = -settings.sharpness / variance * squared_distances(true, answers)
            comparison = tf.nn.sparse_softmax_cross_entropy_with_logits(
                tf.range(tf.shape(true)[0]), logits
            )
            return comparison + settings.error_weight / variance * squared_errors(true, answers)

        def squared_error(true: tf.Tensor, answers: tf.Tensor) -> tf.Tensor:
            return squared_errors(true, answers) / len(components.mean)

        return Learner(
            dense_network(knowledge.fitting.activations, len(components.axes), settings),
            targets,
            partial(coordinates, components),
            Objective(loss, squared_error),
        )

    def painter(self, knowledge: Knowledge) -> tf.keras.Model:
        """The sum of so much of each component; see `LearningAttacker`."""
        return painter(knowledge.lesson.components, knowledge.fitting.images.shape[1:])
