"""Training of a network whose cut layer is narrow: fewer numbers can say less of the input."""

from intercept.training.recipes.bottleneck.settings import Settings
from intercept.training.recipes.non_private.trainer import OrdinaryTrainer


class Trainer(OrdinaryTrainer[Settings]):
    """As without a defence, but for the width of the cut layer."""

    def bottleneck(self, settings: Settings) -> int:
        """Channels of the cut layer: those asked for."""
        return settings.channels
