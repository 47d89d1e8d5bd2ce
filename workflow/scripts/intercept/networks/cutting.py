"""Networks cut in two: the places where that can be, and the two parts."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

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
from intercept.networks.graph import Call, behind, calls, made_again, unused
from intercept.networks.queried import Queried
from intercept.runtime.errors import UserError


class Parts(NamedTuple):
    """A network cut in two; both parts share its weights. To be called with ``training=False``.

    Attributes:
        mobile: float32 images [n, height, width, channels] to the cut layer's activation.
        server: the activation to probabilities float32 [n, classes].
    """

    mobile: tf.keras.Model
    server: tf.keras.Model


def split(network: tf.keras.Model, cut_layer: str) -> Parts:
    """Cut a network behind a layer.

    What the device sends, and the server receives, is float32, whatever the layers compute in.

    Args:
        network: functional or sequential, on one level (see `intercept.networks.flattening`).
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
    return Parts(
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
    device, server = (
        network.split(cut_layer) if isinstance(network, Queried) else split(network, cut_layer)
    )
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
    for made, why in ((network.output, AT_ITS_END), (network.input, AT_ITS_INPUT)):
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
