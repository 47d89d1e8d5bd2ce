"""The split network of the post, in one definition for every recipe."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import tensorflow as tf

from intercept.devices.interface import (
    AT_ITS_END,
    AT_ITS_INPUT,
    NEEDS_MORE,
    OUTPUT,
    Device,
    ends_in,
    unfit,
)
from intercept.devices.queried import Queried
from intercept.graph import Call, behind, calls, made_again, unused
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


@dataclass(frozen=True)
class SplitNetwork:
    """A network cut in two; both parts share the whole network's weights.

    Attributes:
        whole: images to probabilities.
        mobile: images to the cut layer's activation, the part on the device.
        server: the activation to probabilities.
    """

    whole: tf.keras.Model
    mobile: tf.keras.Model
    server: tf.keras.Model

    def mobile_step(self, images: tf.Tensor) -> tf.Tensor:
        """What the device sends: float32 [n, height, width, channels] to the activation."""
        return self.mobile(images, training=False)

    def server_step(self, activations: tf.Tensor) -> tf.Tensor:
        """What the server answers: the activation to probabilities float32 [n, classes]."""
        return self.server(activations, training=False)


def split(network: tf.keras.Model, cut_layer: str) -> SplitNetwork:
    """Cut a network behind a layer.

    What the device sends, and the server receives, is float32, whatever the layers compute in.

    Args:
        network: functional or sequential, on one level (see `intercept.flattening`).
        cut_layer: the layer's name, or its end behind a "." if that is no other's; behind it
            ``@2`` for the second place where the layer is called, if there are several.

    Raises:
        UserError: the network has no such layer, or several; or it is the last, which leaves
            nothing for the server; or a path leads around it; or it puts out neither a vector nor
            a map. The message lists the layers where the network can be cut.
    """
    cut = cut_at(network, cut_layer)
    activation, needed = cut.activation, cut.server
    names = {layer.name for layer in network.layers}
    received = tf.keras.Input(activation.shape[1:], name=unused("received", names))
    tensors = {id(activation): _as(activation.dtype, received, unused("as_computed", names))}
    made_again(needed, tensors)
    sent = _as("float32", activation, unused("sent", names))
    return SplitNetwork(
        whole=network,
        mobile=tf.keras.Model(network.input, sent, name="mobile"),
        server=tf.keras.Model(received, tensors[id(network.output)], name="server"),
    )


def cut(network: Device, cut_layer: str, serves: bool = True) -> tuple[Device, Device | None]:
    """The device part and the server part of a network of any kind.

    Args:
        network: images to probabilities, or a device part alone.
        cut_layer: as for `split`; `OUTPUT` for a device part alone, as it is.
        serves: whether it names classes, so that there is a server part.

    Raises:
        UserError: as `split`.
    """
    if not serves and cut_layer == OUTPUT:
        return network, None
    device: Device
    server: Device | None
    if isinstance(network, Queried):
        device, server = network.split(cut_layer)
    else:
        parts = split(network, cut_layer)
        device, server = parts.mobile, parts.server
    return device, server if serves else None


@dataclass(frozen=True, eq=False)
class Cut:
    """A place where a network can be cut.

    Attributes:
        layer: the name of the layer, as `cut_layers` of a configuration may have it.
        activation: what it puts out.
        server: the calls of layers behind it.
    """

    layer: str
    activation: tf.Tensor
    server: list[Call]


def cuts(network: tf.keras.Model) -> list[Cut]:
    """Every place where a network can be cut, from the image on.

    Args:
        network: as for `split`.
    """
    found = ((name, made, _server_calls(network, made)) for name, made in _places(network).items())
    return [Cut(name, made, server) for name, made, server in found if server is not None]


def cut_at(network: tf.keras.Model, cut_layer: str) -> Cut:
    """The place that a name means.

    Args:
        network: as for `split`.
        cut_layer: as for `split`.

    Raises:
        UserError: as `split`.
    """
    places = _places(network)
    meant = [cut_layer] if cut_layer in places else _ending_in(cut_layer, places)
    needed = _server_calls(network, places[meant[0]]) if len(meant) == 1 else None
    if needed is None:
        why = f"has no layer {cut_layer!r}"
        if at_an_end := _at_an_end(network, cut_layer):
            why = f"cannot be cut at {cut_layer!r}, {at_an_end}"
        if meant:
            why = f"cannot be cut behind {cut_layer!r}: {_obstacle(places[meant[0]])}"
        if len(meant) > 1:
            why = f"has several layers {cut_layer!r}: {', '.join(meant)}"
        can = ", ".join(cut.layer for cut in cuts(network))
        raise UserError(f"cut_layers: the target {why}; allowed are {can}")
    return Cut(meant[0], places[meant[0]], needed)


def _at_an_end(network: tf.keras.Model, cut_layer: str) -> str | None:
    """Why there is no cut at a layer of that name at one of the ends; None if it is at none."""
    for made, why in (
        (network.output, AT_ITS_END),
        (network.input, AT_ITS_INPUT),
    ):
        if _ending_in(cut_layer, [made._keras_history.layer.name]):
            return why
    return None


def _places(network: tf.keras.Model) -> dict[str, tf.Tensor]:
    """What each call of a layer puts out, by the layer's name; inputs and the output left out."""
    found = [call for call in calls(network) if call.outputs is not network.output]
    times = Counter(call.layer.name for call in found)
    number: Counter[str] = Counter()
    places = {}
    for call in found:
        name = call.layer.name
        number[name] += 1
        places[name if times[name] == 1 else f"{name}@{number[name]}"] = call.outputs
    return places


def _ending_in(name: str, places: Iterable[str]) -> list[str]:
    """The places whose names end in this, with or without which call it is."""
    return [
        place
        for place in places
        if any(ends_in(one, name) for one in (place, place.partition("@")[0]))
    ]


def _server_calls(network: tf.keras.Model, made: Any) -> list[Call] | None:
    """The calls behind what a layer puts out; None where the network cannot be cut there."""
    return None if _cannot_cross(made) else behind(network, made)


def _obstacle(made: Any) -> str:
    """Why a network cannot be cut behind what a layer puts out."""
    return _cannot_cross(made) or NEEDS_MORE


def _cannot_cross(made: Any) -> str | None:
    if not tf.is_tensor(made):
        return f"it puts out {len(tf.nest.flatten(made))} tensors, and not one"
    if not made.dtype.is_floating:
        return f"its numbers are {made.dtype.name}, and not floats"
    if made.shape.rank is None or None in made.shape[1:]:
        return "how many numbers it puts out for an image is not known before it runs"
    return unfit(made.shape[1:])


def _as(dtype: str | tf.DType, tensor: tf.Tensor, name: str) -> tf.Tensor:
    """A tensor in that type, by a layer of that name unless it is of that type."""
    if tensor.dtype == dtype:
        return tensor
    return tf.keras.layers.Activation("linear", dtype=dtype, name=name)(tensor)
