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
from intercept.attackers.fitting import Objective
from intercept.attackers.interface import Knowledge
from intercept.attackers.learning import Learner, LearningAttacker

# By an alphabet of Omniglot's small1 that was held out. Without the weight of the squared error
# answers identify as well and look less like drawings.
_DROPOUT = 0.2
_SHARPNESS = 20.0  # of the comparison, for squared distances in units of the images' variance
_WEIGHT = 2.0  # of the squared error in these units, beside the comparison in nats


class Attacker(LearningAttacker):
    """Learns the answer by which an image is told from others.

    The negative squared distances of an answer to all images of a batch are the logits of which
    of them it came from (InfoNCE; van den Oord, Li and Vinyals 2018, arXiv 1807.03748). The
    answer of least squared error alone is faint wherever it is unsure, so that what it is nearest
    to is whatever has little ink.
    """

    def learner(self, knowledge: Knowledge) -> Learner:
        """Dense layers onto principal components; see `LearningAttacker`."""
        components, targets = knowledge.lesson.components, knowledge.lesson.coordinates
        variance = float(np.mean(squared_errors(targets, np.zeros_like(targets[:, :-1])))) or 1.0

        def loss(true: tf.Tensor, answers: tf.Tensor) -> tf.Tensor:
            logits = -_SHARPNESS / variance * squared_distances(true, answers)
            comparison = tf.nn.sparse_softmax_cross_entropy_with_logits(
                tf.range(tf.shape(true)[0]), logits
            )
            return comparison + _WEIGHT / variance * squared_errors(true, answers)

        def squared_error(true: tf.Tensor, answers: tf.Tensor) -> tf.Tensor:
            return squared_errors(true, answers) / len(components.mean)

        return Learner(
            dense_network(knowledge.fitting.activations, len(components.axes), _DROPOUT),
            targets,
            partial(coordinates, components),
            Objective(loss, squared_error),
            painter(components, knowledge.fitting.images.shape[1:]),
        )
