"""The post's network, in one definition for every recipe."""

from collections.abc import Mapping
from typing import Literal

import tensorflow as tf

from intercept.runtime.errors import UserError

Normalisation = Literal["batch", "example"]
CUT_LAYER = "mobile_output"

# Along one side of an image: kernel size, pooling size and pooling stride of all blocks but the
# last, by the fewest pixels that they take.
_BLOCKS = {
    99: ((7, 3, 3), (7, 3, 2), (5, 2, 2)),  # the post's
    44: ((5, 2, 2), (5, 2, 2), (3, 2, 2)),
    24: ((5, 2, 2), (5, 2, 2)),
    18: ((3, 2, 2), (3, 2, 2)),
    8: ((3, 2, 2),),
}
_LAST_KERNEL = 3
_CHANNELS = 32


def _blocks_along(side: int, image_shape: tuple[int, int, int]) -> tuple[tuple[int, int, int], ...]:
    for fewest, blocks in _BLOCKS.items():
        if side >= fewest:
            return blocks
    raise UserError(
        f"the network needs images of at least {min(_BLOCKS)}×{min(_BLOCKS)} pixels, received "
        f"{image_shape[0]}×{image_shape[1]}; enlarge them, or name a network of your own"
    )


def _normalisation(kind: Normalisation, name: str) -> tf.keras.layers.Layer:
    if kind == "batch":
        return tf.keras.layers.BatchNormalization(name=name)
    # One group: statistics over all positions and channels of a single example (Wu and He 2018,
    # arXiv 1803.08494). The next layer's kernel and bias do what scale and centre would.
    return tf.keras.layers.GroupNormalization(groups=1, scale=False, center=False, name=name)


def build_network(
    image_shape: tuple[int, int, int],
    classes: int,
    normalisation: Normalisation,
    dropout: float,
    channels: Mapping[str, int] | None = None,
) -> tf.keras.Model:
    """The post's network, uncut, with fewer and smaller blocks for images that are smaller.

    A block is a convolution and a pooling. Each side of the image has blocks by its length:

    ========== ======================== ========================
    pixels     kernels                  pooling (size / stride)
    ========== ======================== ========================
    99 or more 7, 7, 5, 3 (the post's)  3/3, 3/2, 2/2, all
    44 to 98   5, 5, 3, 3               2/2, 2/2, 2/2, all
    24 to 43   5, 5, 3                  2/2, 2/2, all
    18 to 23   3, 3, 3                  2/2, 2/2, all
    8 to 17    3, 3                     2/2, all
    ========== ======================== ========================

    The last pooling takes all positions that are left, in the post 2×2, so that `mobile_output` is
    1×1×32 for every image. Where one side has fewer blocks than the other, it has kernel and
    pooling 1 in the first.

    Args:
        image_shape: (height, width, channels), at least 8×8; (105, 105, 1) are the post's.
        classes: width of the softmax.
        normalisation: ``batch``, BatchNorm between convolution and pooling as in the post; or
            ``example``, over each example by itself, after the pooling, where there are up to
            nine times fewer values to normalise.
        dropout: share of values dropped in training, in [0, 1); 0 leaves the layers out.
        channels: by the name of a layer that pools (``mobile_pool_1`` and so on for all blocks but
            the last, `mobile_output`), how many it has, at least 1, where that is not the
            post's 32.

    Returns:
        A functional model, float32 images to probabilities [n, classes]. Its layers are named
        ``mobile_*`` up to the cut layer ``mobile_output``, and ``server_*`` behind it.

    Raises:
        UserError: a side of the images is below 8 pixels, or `channels` has a layer that the
            network for such images does not have.
    """
    layers = tf.keras.layers
    along = [_blocks_along(side, image_shape) for side in image_shape[:2]]
    poolings = max(map(len, along))
    along = [((1, 1, 1),) * (poolings - len(blocks)) + blocks for blocks in along]
    names = [*(f"mobile_pool_{number}" for number in range(1, poolings + 1)), CUT_LAYER]
    for name in channels or {}:
        if name not in names:
            raise UserError(
                f"targets: the network for images of {image_shape[0]}×{image_shape[1]} pixels has "
                f"no layer {name!r} to set the channels of; allowed are {', '.join(names)}"
            )
    inputs = x = tf.keras.Input(image_shape, name="image")
    for number, pooled in enumerate(names, start=1):
        last = pooled == CUT_LAYER
        kernel, pool, stride = (
            (_LAST_KERNEL, None, None)
            if last
            else zip(*(b[number - 1] for b in along), strict=True)
        )
        filters = (channels or {}).get(pooled, _CHANNELS)
        x = layers.Conv2D(filters, kernel, activation="relu", name=f"mobile_conv_{number}")(x)
        if normalisation == "batch":
            x = _normalisation(normalisation, f"mobile_norm_{number}")(x)
        x = layers.MaxPooling2D(pool or x.shape[1:3], stride, name=pooled)(x)
        side = "server_norm" if last else f"mobile_norm_{number}"
        if normalisation == "example":
            x = _normalisation(normalisation, side)(x)
        if dropout:
            side = "server_dropout_1" if last else f"mobile_dropout_{number}"
            x = layers.Dropout(dropout, name=side)(x)
    x = layers.Dense(256, activation="relu", name="server_dense")(x)
    x = layers.Flatten(name="server_flatten")(x)
    if dropout:
        x = layers.Dropout(dropout, name="server_dropout_2")(x)
    outputs = layers.Dense(classes, activation="softmax", name="server_output")(x)
    return tf.keras.Model(inputs, outputs, name="target")
