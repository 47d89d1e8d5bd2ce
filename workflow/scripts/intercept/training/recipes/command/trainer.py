"""A command in the place of a network that is trained."""

import tensorflow as tf

from intercept.devices.command import CommandNetwork
from intercept.devices.queried import FEW, Queried, refuse_other_answers
from intercept.mechanism import Mechanism
from intercept.training.recipes.command.settings import Settings


class Trainer:
    """What a command computes; there is nothing to train.

    Args:
        settings: of the command.
        image_shape: (height, width, channels) of the images of the study.
        classes: not used.
        examples: not used.
        seed: not used.

    Raises:
        UserError: the command fails, takes too long or writes something else than activations, or
            answers otherwise when it is asked again.
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
        network = CommandNetwork.asked(settings.command, settings.seconds, image_shape)
        self.network = Queried.as_it_is(network)
        refuse_other_answers(self.network, settings.command[0], FEW)
        self.state: list[tf.Variable] = []
