"""Networks that attackers and baselines share: to an image from a code, and back."""

import math
from collections.abc import Sequence

import tensorflow as tf

from intercept.attackers.settings import CHANNELS
from intercept.runtime.errors import UserError

_PATCH = 4  # pixels a side that the last layer paints at once
_STRIDE = 4 * _PATCH  # from the coarsest grid to pixels


def build_decoder(
    code_shape: tuple[int, ...],
    image_shape: tuple[int, ...],
    mean_value: float,
    channels: tuple[int, int, int] = CHANNELS,
    stride: int | None = None,
) -> tf.keras.Model:
    """A network from codes, such as activations, to images.

    A code without positions, or with few, is spread over the coarsest of three grids by dense
    layers; one that has as many positions as a finer grid enters there, where it stays in place. A
    map of known stride is a grid of its own, in the middle of the image. On each grid there is a
    residual block (He et al. 2016, arXiv 1512.03385); the last layer paints squares of 4×4 pixels,
    or of the stride where that is less (sub-pixel convolution, Shi et al. 2016, arXiv 1609.05158).

    Args:
        code_shape: shape of one code, one or three axes.
        image_shape: (height, width, channels) of one image.
        mean_value: of the pixels to show, above 0 and below 1; an untrained network shows about
            this.
        channels: of the residual blocks, from the coarsest grid to the finest.
        stride: pixels from one position of a map to the next, 1, 2, 4, 8 or 16; None where the
            positions are spread evenly over the image, or the codes have none.

    Returns:
        A model, float32 codes [n, ...] to logits [n, height, width, channels]; the sigmoid of a
        logit is a pixel.

    Raises:
        UserError: the codes have two axes, or more than three.
    """
    if len(code_shape) not in (1, 3):
        raise UserError(
            f"attackers: activations of shape {tuple(code_shape)} cannot be decoded; allowed are "
            "vectors (channels) and maps (height, width, channels)"
        )
    layers = tf.keras.layers
    code = tf.keras.Input(code_shape, name="code")
    if stride:
        x = _centred(code, image_shape, channels[_level(stride)], stride)
    else:
        x, stride = _spread(code, image_shape, channels)
    x = _residual_block(x, channels[_level(stride)])
    while stride > _PATCH:
        stride //= 2
        x = _residual_block(layers.UpSampling2D()(x), channels[_level(stride)])
    bias = tf.keras.initializers.Constant(math.log(mean_value / (1 - mean_value)))
    x = layers.Conv2D(image_shape[2] * stride**2, 3, padding="same", bias_initializer=bias)(x)
    painted = tf.nn.depth_to_space(x, stride) if stride > 1 else x
    spare = [there - side for there, side in zip(painted.shape[1:3], image_shape[:2], strict=True)]
    logits = layers.Cropping2D(halved(spare))(painted)
    return tf.keras.Model(code, logits, name="decoder")


def _centred(
    code: tf.Tensor, image_shape: tuple[int, ...], channels: int, stride: int
) -> tf.Tensor:
    """A map in the middle of a grid of its stride that covers the image."""
    around = [
        math.ceil(max(0, side - stride * places) / (2 * stride))
        for places, side in zip(code.shape[1:3], image_shape[:2], strict=True)
    ]
    x = tf.keras.layers.ZeroPadding2D(around)(code)
    return tf.keras.layers.Conv2D(channels, 3, padding="same")(x)


def _spread(
    code: tf.Tensor, image_shape: tuple[int, ...], channels: tuple[int, int, int]
) -> tuple[tf.Tensor, int]:
    """A code on one of the three grids, and the stride of that."""
    layers = tf.keras.layers
    grids, fits, entry = _entry(tuple(code.shape[1:]), image_shape)
    if entry is None:
        entry, coarsest = 0, grids[0]
        x = layers.Dense(256, activation="relu")(layers.Flatten()(code))
        x = layers.Dense(coarsest[0] * coarsest[1] * channels[0], activation="relu")(x)
        x = layers.Reshape((*coarsest, channels[0]))(x)
    else:
        # Each point of the grid sees all of the places that it stands for.
        fit = fits[entry]
        x = layers.Conv2D(channels[entry], fit + 2, strides=fit, padding="same")(code)
        x = layers.Resizing(*grids[entry], interpolation="bilinear")(x)
    return x, _STRIDE >> entry


def _level(stride: int) -> int:
    """Which of the three grids has such a stride; the finest for any that is less."""
    return min(int(math.log2(_STRIDE // stride)), len(CHANNELS) - 1)


def keeps_positions(code_shape: tuple[int, ...], image_shape: tuple[int, ...]) -> bool:
    """Whether codes are maps with a place for every point of a grid of `build_decoder`."""
    return _entry(code_shape, image_shape)[2] is not None


def _entry(
    code_shape: tuple[int, ...], image_shape: tuple[int, ...]
) -> tuple[list[tuple[int, int]], list[int], int | None]:
    """The grids, how many places of the code a point of each stands for, and where it enters."""
    coarsest = [math.ceil(side / _STRIDE) for side in image_shape[:2]]
    grids = [tuple(side * 2**level for side in coarsest) for level in range(len(CHANNELS))]
    places = code_shape[:-1] if len(code_shape) == 3 else (1, 1)
    # The finest grid that the code has a place for at every point, if it is a map of such.
    fits = [min(p // g for p, g in zip(places, grid, strict=True)) for grid in grids]
    fits = fits if max(places) > 1 else []
    return grids, fits, max((level for level, times in enumerate(fits) if times >= 1), default=None)


def build_encoder(image_shape: tuple[int, ...], outputs: int) -> tf.keras.Model:
    """A network from images to vectors.

    Args:
        image_shape: (height, width, channels) of one image.
        outputs: length of a vector.

    Returns:
        A model, float32 images [n, height, width, channels] in [0, 1] to [n, outputs], any value.
    """
    layers = tf.keras.layers
    image = tf.keras.Input(image_shape, name="image")
    margins = halved([-side % _STRIDE for side in image_shape[:2]])
    x = layers.ZeroPadding2D(margins)(layers.Rescaling(-1.0, 1.0)(image))
    x = layers.Conv2D(32, 6, strides=4, padding="same", activation="relu")(x)
    x = layers.Conv2D(64, 4, strides=2, padding="same", activation="relu")(x)
    x = layers.Conv2D(64, 4, strides=2, padding="same", activation="relu")(x)
    x = layers.Dense(256, activation="relu")(layers.Flatten()(x))
    return tf.keras.Model(image, layers.Dense(outputs)(x), name="encoder")


def _residual_block(x: tf.Tensor, channels: int) -> tf.Tensor:
    layers = tf.keras.layers
    y = layers.Conv2D(channels, 3, padding="same", activation="relu")(x)
    y = layers.Conv2D(channels, 3, padding="same")(y)
    if x.shape[-1] != channels:
        x = layers.Conv2D(channels, 1)(x)
    return layers.ReLU()(layers.Add()([x, y]))


def nearest_stride(pixels: float) -> int:
    """The nearest of 1, 2, 4, 8 and 16 pixels, on a logarithmic scale; `pixels` is above 0."""
    return 2 ** min(max(round(math.log2(pixels)), 0), int(math.log2(_STRIDE)))


def halved(margins: Sequence[int]) -> list[tuple[int, int]]:
    """Of margins above and below together, and left and right, what is on each side."""
    return [(size // 2, size - size // 2) for size in margins]
