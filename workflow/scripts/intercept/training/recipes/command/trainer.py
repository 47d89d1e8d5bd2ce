"""A command in the place of a network that is trained."""

from intercept.devices.command import CommandNetwork
from intercept.networks.queried import FEW, Queried, refuse_other_answers
from intercept.training.recipes.command.settings import Settings
from intercept.training.untrained import Untrained


class Trainer(Untrained[Settings]):
    """What a command computes, whatever classes there are.

    Raises:
        UserError: the command fails, takes too long or writes something else than activations, or
            answers otherwise when it is asked again.
    """

    def make(self, settings: Settings, image_shape: tuple[int, int, int], classes: int) -> Queried:
        """See `Untrained`."""
        network = CommandNetwork.asked(settings.command, settings.seconds, image_shape)
        device = Queried.as_it_is(network)
        refuse_other_answers(device, settings.command[0], FEW)
        return device
