"""A network from a Keras file in the place of one that is trained."""

import logging

import tensorflow as tf

from intercept import model_file
from intercept.mechanism import Mechanism
from intercept.runtime.errors import UserError
from intercept.training.recipes.model_file.settings import Settings

log = logging.getLogger("intercept")


class Trainer:
    """The network of a file; there is nothing to train.

    A network that puts out logits gets a softmax.

    Args:
        settings: of the file.
        image_shape: (height, width, channels) of the images that it is to take.
        classes: how many it is to tell apart.
        examples: not used.
        seed: not used.

    Raises:
        UserError: the file is no Keras file of a network for such images and classes, holds code
            that is not allowed, or is too large.
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
        self.network = _as_classifier(settings, image_shape, classes)
        self.state: list[tf.Variable] = []


def _as_classifier(
    settings: Settings, image_shape: tuple[int, int, int], classes: int
) -> tf.keras.Model:
    loaded = _load(settings)
    if len(loaded.inputs) != 1 or len(loaded.outputs) != 1:
        raise UserError(
            f"targets: {settings.model} has {len(loaded.inputs)} inputs and "
            f"{len(loaded.outputs)} outputs; allowed is one of each"
        )
    takes, gives = loaded.inputs[0].shape[1:], loaded.outputs[0].shape[1:]
    if not takes.is_compatible_with(image_shape):
        raise UserError(
            f"targets: {settings.model} takes inputs of shape {tuple(takes)}, and the images of "
            f"this data set are {image_shape} (height, width, channels); choose images or a "
            "network of the other's shape"
        )
    if tuple(gives) != (classes,):
        raise UserError(
            f"targets: {settings.model} puts out {tuple(gives)}, and this data set has {classes} "
            f"classes; allowed is a network that puts out ({classes},)"
        )
    output = loaded.outputs[0]
    if not _ends_in_softmax(loaded.layers[-1]):
        log.info("%s puts out logits: a softmax is put behind it", settings.model)
        output = tf.keras.layers.Softmax(name="probabilities")(output)
    return tf.keras.Model(loaded.inputs[0], output, name="target")


def _load(settings: Settings) -> tf.keras.Model:
    try:
        model_file.check_fit(settings.model, settings.code)
        return model_file.load(settings.model, settings.code)
    except FileNotFoundError as error:
        raise UserError(
            f"targets: model is {settings.model!r}, and there is no such file; allowed is the "
            "path of a Keras file, relative to the folder that Snakemake runs in"
        ) from error
    except model_file.DAMAGED as error:
        raise UserError(
            f"targets: model {settings.model} is not a whole Keras file ({_first_line(error)}); "
            "allowed is what model.save wrote, as .keras or .h5"
        ) from error


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]


def _ends_in_softmax(last: tf.keras.layers.Layer) -> bool:
    if isinstance(last, tf.keras.Model):
        return _ends_in_softmax(last.layers[-1])
    softmax = getattr(last, "activation", None) is tf.keras.activations.softmax
    by_name = getattr(last, "function", None) is tf.nn.softmax
    return softmax or by_name or isinstance(last, tf.keras.layers.Softmax)
