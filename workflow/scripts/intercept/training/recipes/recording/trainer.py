"""Recorded activations in the place of a network that is trained."""

import tensorflow as tf

from intercept.devices.queried import Queried
from intercept.devices.trial import read_network
from intercept.mechanism import Mechanism
from intercept.training.recipes.recording.settings import Settings


class Trainer:
    """What was recorded; there is nothing to train.

    Args:
        settings: of the file.
        image_shape: (height, width, channels) of the images of the study.
        classes: not used.
        examples: not used.
        seed: not used.

    Raises:
        UserError: the file is not whole, holds too much, or its images are not like the study's.
    """

    steps_per_epoch = 0
    mechanism: Mechanism | None = None

    def __init__(
        self,
        settings: Settings,
        image_shape: tuple[int, int, int],
        classes: int,
        examples: int,
        seed: int,
    ) -> None:
        network = read_network(settings.kind, settings.recording, image_shape)
        self.network = Queried.as_it_is(network)
        self.state: list[tf.Variable] = []
