"""The shadow of a device part, and the critic that tells what it sends from what was seen."""

import math

import tensorflow as tf

from intercept.attackers.networks import build_encoder, halved

_KERNEL = 5  # of a convolution that leaves the size as it is
_FILTERS = (32, 64)  # at pixels, and at places
_CRITIC = 64  # numbers in its layers
_SLOPE = 0.2  # of its rectifiers, below 0


def build_shadow(
    image_shape: tuple[int, ...], activation_shape: tuple[int, ...], not_negative: bool
) -> tf.keras.Model:
    """A network from images to activations; to maps it keeps things in their places.

    Args:
        image_shape: (height, width, channels) of one image.
        activation_shape: of what is sent for one, one or three axes.
        not_negative: whether no number of it is below 0.

    Returns:
        A model, float32 images [n, height, width, channels] in [0, 1] to activations [n, ...].
    """
    layers = tf.keras.layers
    last = "relu" if not_negative else None
    if not _is_map(activation_shape):
        encoder = build_encoder(image_shape, math.prod(activation_shape))
        sent = layers.Reshape(activation_shape)(layers.Activation(last or "linear")(encoder.output))
        return tf.keras.Model(encoder.input, sent, name="shadow")
    image = tf.keras.Input(image_shape, name="image")
    sides, places, channels = image_shape[:2], activation_shape[:2], activation_shape[2]
    lost = {side - sent for side, sent in zip(sides, places, strict=True)}
    if len(lost) == 1 and 0 <= (border := lost.pop()) < min(sides) / 4:
        # About a place for each pixel: what one convolution sends, and one only has to be found.
        kernel, padding = (border + 1, "valid") if border else (_KERNEL, "same")
        sent = layers.Conv2D(channels, kernel, padding=padding, activation=last)(image)
        return tf.keras.Model(image, sent, name="shadow")
    fine, coarse = _FILTERS
    x = layers.Conv2D(fine, 3, padding="same", activation="relu")(image)
    x = layers.Conv2D(fine, 3, padding="same", activation="relu")(x)
    strides = [likely_stride(*pair) for pair in zip(sides, places, strict=True)]
    if all(strides):
        around = [
            max(side - stride * sent, 0)
            for side, stride, sent in zip(sides, strides, places, strict=True)
        ]
        x = layers.Cropping2D(halved(around))(x)
        x = layers.MaxPooling2D(strides, padding="same")(x)
    else:
        x = layers.Resizing(*places, interpolation="bilinear")(x)
    x = layers.Conv2D(coarse, 3, padding="same", activation="relu")(x)
    x = layers.Conv2D(channels, 3, padding="same", activation=last)(x)
    return tf.keras.Model(image, x, name="shadow")


def build_critic(activation_shape: tuple[int, ...]) -> tf.keras.Model:
    """A network that is to say of each place of an activation whether the device part sent it.

    Args:
        activation_shape: of what is sent for one image, one or three axes.

    Returns:
        A model, float32 activations [n, ...] to logits [n, ...]: above 0 is seen on the wire,
        below 0 is of a shadow.
    """
    layers = tf.keras.layers
    sent = x = tf.keras.Input(activation_shape, name="sent")
    of_map = _is_map(activation_shape)
    if not of_map:
        x = layers.Flatten()(x)
    for _ in range(2):
        layer = layers.Conv2D(_CRITIC, 3, padding="same") if of_map else layers.Dense(_CRITIC)
        x = layers.LeakyReLU(_SLOPE)(layer(x))
    return tf.keras.Model(sent, layers.Dense(1)(x), name="critic")


def _is_map(activation_shape: tuple[int, ...]) -> bool:
    """Whether an activation has places, (height, width, channels), and more than one."""
    return len(activation_shape) == 3 and activation_shape[:2] != (1, 1)


def likely_stride(side: int, places: int) -> int:
    """How far apart the places of a map look, by their number alone.

    Args:
        side: of the image, in pixels.
        places: of the map, along the same side.

    Returns:
        The stride at which padded convolutions leave so many places, a power of two if one does;
        else the largest power of two at which so many fit into the side (a border was lost); 0 if
        none.
    """
    padded = [stride for stride in range(1, side + 1) if math.ceil(side / stride) == places]
    powers = [2**power for power in range(side.bit_length())]
    for stride in (*powers, *padded):
        if stride in padded:
            return stride
    return max((stride for stride in powers if stride * places <= side), default=0)
