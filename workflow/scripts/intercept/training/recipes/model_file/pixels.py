"""What a network expects of its images, made of those of a study, which are from 0 to 1."""

from collections.abc import Collection

import tensorflow as tf

from intercept.devices.interface import Network
from intercept.networks.graph import unused
from intercept.runtime.errors import UserError
from intercept.training.recipes.model_file.settings import FROM_0_TO_1, Settings, Statistics

# As `keras.applications.imagenet_utils.preprocess_input` has them: of ImageNet, by channel.
_TORCH = Statistics(mean=(0.485, 0.456, 0.406), deviation=(0.229, 0.224, 0.225))
_CAFFE_MEANS = (103.939, 116.779, 123.68)  # blue, green, red, from 0 to 255
# Of the range: a file is made for what some images hold, and the device clips what is beyond.
_SLACK = 0.1
_RANGES = {"none": (0.0, 255.0), "tf": (-1.0, 1.0)}


def with_channels(
    image: tf.Tensor, channels: int | None, model: str, names: Collection[str]
) -> tf.Tensor:
    """Images with as many channels as a network takes; grey ones are repeated to three.

    Args:
        image: [n, height, width, channels].
        channels: of the network's input; None if it takes any.
        model: the network's file, for the message.
        names: of layers, which are taken.

    Raises:
        UserError: the network takes another number of channels. Colour is not made grey.
    """
    has = image.shape[-1]
    if channels in (None, has):
        return image
    if (has, channels) != (1, 3):
        raise UserError(
            f"targets: {model} takes images of {channels} channels, and those of this data set "
            f"have {has}; allowed is a network for {has}, or for grey images one for 3 (colour is "
            "not made grey here: for a network of 1 channel, make the images grey)"
        )
    return tf.keras.layers.Concatenate(name=unused("grey_as_colour", names))([image] * 3)


def as_expected(image: tf.Tensor, settings: Settings, names: Collection[str]) -> tf.Tensor:
    """The images that a network is to be shown.

    Args:
        image: float32 [n, height, width, channels] in [0, 1].
        settings: `pixels` says what is expected.
        names: of layers, which are taken.

    Raises:
        UserError: mean and deviation are of another number of channels.
    """
    if settings.pixels == FROM_0_TO_1:
        return image
    scale, offset = _scale_and_offset(settings, image.shape[-1])
    if settings.pixels == "caffe":
        image = tf.reverse(image, axis=[-1])  # red, green, blue to blue, green, red
    return tf.keras.layers.Rescaling(scale, offset, name=unused("pixels", names))(image)


def _scale_and_offset(settings: Settings, channels: int) -> tuple[list[float], list[float]]:
    """What pixels from 0 to 1 are multiplied by, and what is then added, by channel."""
    pixels = settings.pixels
    if pixels == "caffe":
        _check_channels(settings, len(_CAFFE_MEANS), channels)
        return [255.0] * channels, [-mean for mean in _CAFFE_MEANS]
    if pixels == "torch" or isinstance(pixels, Statistics):
        statistics = pixels if isinstance(pixels, Statistics) else _TORCH
        _check_channels(settings, len(statistics.mean), channels)
        scale = [1 / deviation for deviation in statistics.deviation]
        return scale, [-mean * one for mean, one in zip(statistics.mean, scale, strict=True)]
    low, high = _RANGES[pixels] if isinstance(pixels, str) else pixels
    return [high - low] * channels, [low] * channels


def check_range(settings: Settings, channels: int, network: Network) -> None:
    """Refuse pixels that a network of 8 bits cannot be given, and would clip without a word.

    Args:
        settings: `pixels` says what is expected.
        channels: of the images that the network is shown.
        network: of which `takes_range` says what its input holds.

    Raises:
        UserError: they reach beyond that range by more than a tenth of it; or mean and deviation
            are of another number of channels.
    """
    if network.takes_range is None:
        return
    scale, offset = _scale_and_offset(settings, channels)
    low, high = min(offset), max(a + b for a, b in zip(scale, offset, strict=True))
    least, most = network.takes_range
    slack = _SLACK * (most - least)
    if low >= least - slack and high <= most + slack:
        return
    given = f"pixels: {_written(settings)}" if "pixels" in settings.model_fields_set else "nothing"
    raise UserError(
        f"targets: {settings.model} has an input of 8 bits, which holds numbers from {least:.4g} "
        f"to {most:.4g}, and {given} is said of its pixels, which gives it numbers from {low:.4g} "
        f"to {high:.4g}; say in pixels what it was converted for, such as "
        f"[{round(least, 2):g}, {round(most, 2):g}]"
    )


def _written(settings: Settings) -> str:
    """`pixels` as a configuration has it."""
    pixels = settings.pixels
    if isinstance(pixels, Statistics):
        return f"{{mean: {list(pixels.mean)}, deviation: {list(pixels.deviation)}}}"
    return pixels if isinstance(pixels, str) else f"[{pixels[0]:g}, {pixels[1]:g}]"


def _check_channels(settings: Settings, needed: int, channels: int) -> None:
    if needed != channels:
        raise UserError(
            f"targets: pixels of {settings.model} is {settings.pixels!r}, which is for {needed} "
            f"channels, and the network is shown images of {channels}; allowed is a range such as "
            f"[0, 255], or mean and deviation of {channels}"
        )
