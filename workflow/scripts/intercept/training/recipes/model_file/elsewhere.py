"""A network of a file that is not of Keras, between what makes it take and give what others do."""

import logging

import tensorflow as tf

from intercept.devices.interface import Network
from intercept.devices.trial import read_network
from intercept.networks.outputs import tried
from intercept.networks.queried import Queried, refuse_other_answers, sent_by, turned
from intercept.runtime.errors import UserError
from intercept.training.recipes.model_file.ending import (
    check_classes,
    check_sent,
    in_probabilities,
)
from intercept.training.recipes.model_file.pixels import as_expected, check_range, with_channels
from intercept.training.recipes.model_file.settings import Settings

log = logging.getLogger("intercept")

_AS_GREY = (1, 3)  # channels that a network for grey images may take


def queried_of_file(settings: Settings, image_shape: tuple[int, int, int], classes: int) -> Queried:
    """The network of a file: images of a study to probabilities, or to what is sent.

    Args:
        settings: of the file.
        image_shape: (height, width, channels) of the images that it is to take.
        classes: how many it is to tell apart.

    Raises:
        UserError: the file is no whole file of a network for such images and classes, holds what is
            not allowed or too much, or answers otherwise when it is asked again.
    """
    model = settings.model
    network = read_network(settings.kind, model, image_shape)
    if settings.serves:
        check_classes(network.gives, model, classes)
    else:
        check_sent(network.gives, model)
    before = _before(settings, network, image_shape)
    after = turned(network.gives, None, "after") if settings.serves else sent_by(network)
    device = Queried(before, network, after)
    rows = tried(device, model)
    refuse_other_answers(device, model)
    if not settings.serves:
        return device
    output = device.after.output
    made_by, step = network.activation, network.step
    probabilities = in_probabilities(output, made_by, rows, model, classes, (), step)
    return device.followed_by(lambda _: probabilities)


def _before(
    settings: Settings, network: Network, image_shape: tuple[int, int, int]
) -> tf.keras.Model:
    """Images of a study to what the network takes: channels, pixels, and channels first."""
    takes, (height, width, has) = network.takes, image_shape
    allowed = _AS_GREY if has == 1 else (has,)
    last = takes in [(height, width, channels) for channels in allowed]
    first = takes in [(channels, height, width) for channels in allowed]
    if last == first:  # both of them where a side of the image is 1 or 3
        raise UserError(
            f"targets: {settings.model} takes inputs of shape {takes}, and the images of this data "
            f"set are {image_shape} (height, width, channels); choose images or a network of the "
            "other's shape; channels may come first or last"
        )
    image = tf.keras.Input(image_shape, name="image")
    shown = with_channels(image, takes[0] if first else takes[-1], settings.model, ())
    check_range(settings, shown.shape[-1], network)
    shown = as_expected(shown, settings, ())
    if first:
        log.info("%s takes channels first: the images are turned", settings.model)
        shown = tf.keras.layers.Permute((3, 1, 2))(shown)
    return tf.keras.Model(image, shown, name="before")
