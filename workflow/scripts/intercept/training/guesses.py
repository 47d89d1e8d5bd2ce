"""What is said of a network that knows no more of the classes than their largest."""

import tensorflow as tf

from intercept.accounting.mechanism import MODEL_FILE
from intercept.devices.interface import Device
from intercept.guessing import beats_guessing, can_be_told
from intercept.networks.graph import rescales
from intercept.training.settings import TargetSettings


def said_of_guessing(
    settings: TargetSettings, network: Device, accuracy: float, largest: float, images: int
) -> str | None:
    """What to say, and where to look; None of a network that is better or was not to learn.

    The built-in network is as its author made it, so that nothing is said of it.

    Args:
        settings: of the target, which has a server part.
        network: images to probabilities, taken from a file or trained.
        accuracy: on images that it is judged on, in [0, 1].
        largest: share of the largest class among these, in (0, 1].
        images: how many these are.
    """
    of_file = settings.recipe == MODEL_FILE
    trained = getattr(settings, "architecture", None) is not None and settings.training_epochs
    if not (of_file or trained) or beats_guessing(accuracy, largest, images):
        return None
    if not can_be_told(largest, images):
        return (
            f"of {images} such images nobody can tell a network from guessing; add some of the "
            "other classes"
        )
    if of_file:
        return (
            "no better than guessing; check the target's pixels, and that its classes are in the "
            "order of this data set"
        )
    if isinstance(network, tf.keras.Model) and rescales(network):
        return (
            "no better than guessing; its architecture has a scaling of its own, and pixels are "
            "from 0 to 1: if it expects them from 0 to 255, take the scaling out"
        )
    return "no better than guessing; check its architecture, epochs, learning rate and noise"
