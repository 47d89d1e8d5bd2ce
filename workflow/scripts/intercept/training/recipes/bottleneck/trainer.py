"""Training of a network with a narrow layer to cut at: fewer numbers can say less of the input."""

from intercept.training.recipes.bottleneck.settings import Settings
from intercept.training.recipes.non_private.trainer import OrdinaryTrainer


class Trainer(OrdinaryTrainer[Settings]):
    """As without a defence, but for the width of one layer."""

    def channels(self, settings: Settings) -> dict[str, int]:
        """Of the layer asked for, as many as asked for."""
        return {settings.cut_layer: settings.channels}
