"""Recorded activations in the place of a network that is trained."""

from intercept.devices.trial import read_network
from intercept.networks.queried import Queried
from intercept.training.recipes.recording.settings import Settings
from intercept.training.untrained import Untrained


class Trainer(Untrained[Settings]):
    """What was recorded, whatever classes there are.

    Raises:
        UserError: the file is not whole, holds too much, or its images are not like the study's.
    """

    def make(self, settings: Settings, image_shape: tuple[int, int, int], classes: int) -> Queried:
        """See `Untrained`."""
        return Queried.as_it_is(read_network(settings.kind, settings.recording, image_shape))
