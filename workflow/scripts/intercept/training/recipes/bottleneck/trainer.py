"""Training of a network with a narrow layer to cut at: fewer numbers can say less of the input."""

import tensorflow as tf

from intercept.training.architecture import network_to_train
from intercept.training.recipes.bottleneck.settings import Settings
from intercept.training.recipes.non_private.trainer import OrdinaryTrainer


class Trainer(OrdinaryTrainer[Settings]):
    """As without a defence, but for the width of one layer."""

    def build(
        self, settings: Settings, image_shape: tuple[int, int, int], classes: int, seed: int
    ) -> tf.keras.Model:
        """The network with as many channels at the cut layer as are asked for."""
        channels: dict[str, int] = {settings.cut_layer: settings.channels}
        return network_to_train(settings, image_shape, classes, seed, "example", channels=channels)
