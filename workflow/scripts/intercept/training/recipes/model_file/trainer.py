"""A network from a file in the place of one that is trained."""

import logging

import tensorflow as tf

from intercept.devices.interface import Device
from intercept.networks import model_file
from intercept.networks.flattening import name_by_paths, on_one_level
from intercept.networks.graph import rescales, unused
from intercept.networks.named_network import load_named
from intercept.networks.outputs import last_activation, tried
from intercept.networks.queried import refuse_other_answers
from intercept.runtime.errors import UserError
from intercept.training.recipes.model_file.elsewhere import queried_of_file
from intercept.training.recipes.model_file.ending import (
    check_classes,
    check_sent,
    in_float32,
    in_probabilities,
)
from intercept.training.recipes.model_file.pixels import as_expected, with_channels
from intercept.training.recipes.model_file.settings import FROM_0_TO_1, Settings
from intercept.training.untrained import Untrained

log = logging.getLogger("intercept")


class Trainer(Untrained[Settings]):
    """The network of a file.

    It takes images of the study (see `pixels`) and puts out probabilities (see `ending`), whatever
    it ends in; a device part alone what it sends. One of Keras is brought onto one level, its
    layers named by their paths.

    Raises:
        UserError: the file is not whole, its network is not for such images and classes, holds
            code that is not allowed, or is too large.
    """

    def make(self, settings: Settings, image_shape: tuple[int, int, int], classes: int) -> Device:
        """See `Untrained`."""
        made = _of_keras if settings.differentiable else queried_of_file
        return made(settings, image_shape, classes)


def _of_keras(
    settings: Settings, image_shape: tuple[int, int, int], classes: int
) -> tf.keras.Model:
    loaded = load_named("model", settings.model, settings.code, model_file.load)
    _check_fit(loaded, settings.model, image_shape)
    if settings.serves:
        check_classes(tuple(loaded.outputs[0].shape[1:]), settings.model, classes)
    if rescales(loaded) and settings.pixels == FROM_0_TO_1:
        log.warning(
            "%s has a scaling of its own, and is given pixels from 0 to 1: if it expects them from "
            "0 to 255, set pixels: none",
            settings.model,
        )
    names = name_by_paths(loaded)
    image = tf.keras.Input(image_shape, name=unused("image", names))
    shown = with_channels(image, loaded.inputs[0].shape[-1], settings.model, names)
    output = on_one_level(loaded, as_expected(shown, settings, names))
    if not settings.serves:
        check_sent(tuple(output.shape[1:]), settings.model)  # at the size of these images
        return tf.keras.Model(image, in_float32(output, names), name="target")
    network = tf.keras.Model(image, output)
    rows, activation = tried(network, settings.model), last_activation(network)
    probabilities = in_probabilities(
        network.output, activation, rows, settings.model, classes, names
    )
    network = tf.keras.Model(image, probabilities, name="target")
    refuse_other_answers(network, settings.model)
    return network


def _check_fit(loaded: tf.keras.Model, model: str, image_shape: tuple[int, int, int]) -> None:
    takes = loaded.inputs[0].shape[1:]
    if len(takes) != 3 or not takes[:2].is_compatible_with(image_shape[:2]):
        raise UserError(
            f"targets: {model} takes inputs of shape {tuple(takes)}, and the images of this data "
            f"set are {image_shape} (height, width, channels); choose images or a network of the "
            "other's shape"
        )
    stateful = [layer.name for layer in loaded.submodules if getattr(layer, "stateful", False)]
    if stateful:
        raise UserError(
            f"targets: the layer {stateful[0]!r} of {model} is stateful, so that an answer depends "
            "on those before it; allowed is stateful=False"
        )
    if not loaded.inputs[0].dtype.is_floating:
        raise UserError(
            f"targets: {model} takes numbers of type {loaded.inputs[0].dtype.name}, by which "
            "attackers cannot differentiate; allowed is an input of float32: save the network "
            "again with one"
        )
