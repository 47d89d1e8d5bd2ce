"""From codes without positions to images: dense layers onto principal components."""

from functools import partial

import tensorflow as tf

from intercept.attackers.auxiliary import Lesson
from intercept.attackers.components import coordinates, dense_network, squared_errors
from intercept.attackers.fitting import Objective
from intercept.attackers.interface import Pairs
from intercept.attackers.learning import Learner
from intercept.attackers.settings import DenseSettings


def learner_on_vectors(fitting: Pairs, lesson: Lesson, settings: DenseSettings) -> Learner:
    """A network that tells from a code how much of each component its image has.

    By squared error: the mean image given the code, which is the probability of background where
    images are black and white. Of that blurred image a few hundred components hold nearly
    everything, so that an image costs a small part of what it does through convolutions (0.1 ms
    beside 3, on one thread), and more augmented copies can be learned from in the same time.

    Args:
        fitting: images to learn from, at least two, and their codes.
        lesson: their components.
        settings: of the layers.
    """
    components = lesson.components

    def squared_error(targets: tf.Tensor, answers: tf.Tensor) -> tf.Tensor:
        return squared_errors(targets, answers) / len(components.mean)

    return Learner(
        dense_network(fitting.activations, len(components.axes), settings),
        lesson.coordinates,
        partial(coordinates, components),
        Objective(squared_error, squared_error),
    )
