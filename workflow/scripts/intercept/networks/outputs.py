"""What a network puts out: for some images, and by which activation."""

import numpy as np
import tensorflow as tf

from intercept.devices.interface import Device, chance_images
from intercept.networks.graph import calls, is_graph, outputs_of
from intercept.runtime.errors import UserError

SUM_TOLERANCE = 1e-2
"""Of a sum of probabilities, which may be of float16."""

_KEEPS = (tf.keras.layers.Flatten, tf.keras.layers.Reshape, tf.keras.layers.Dropout)
_KEEPING = ("cast", "identity", "reshape", "squeeze")  # operations that change no value
_ACTIVATIONS = {"softmax_v2": "softmax", "log_softmax_v2": "log_softmax"}
_LAYERS = {  # of an activation, that have no attribute for it
    tf.keras.layers.Softmax: "softmax",
    tf.keras.layers.ReLU: "relu",
    tf.keras.layers.LeakyReLU: "leaky_relu",
    tf.keras.layers.PReLU: "prelu",
    tf.keras.layers.ELU: "elu",
    tf.keras.layers.ThresholdedReLU: "thresholded_relu",
}


def are_distributions(rows: np.ndarray, tolerance: float = SUM_TOLERANCE) -> bool:
    """Whether each row, float32 [n, classes], is 0 or more and sums to 1."""
    return bool((rows >= 0).all() and (np.abs(rows.sum(axis=1) - 1) < tolerance).all())


def check_softmax(
    rows: np.ndarray, model: str, classes: int, tolerance: float = SUM_TOLERANCE
) -> None:
    """Refuse a softmax that is not over the classes.

    Args:
        rows: float32 [n, classes], what comes out behind it for some images.
        model: the network's file, for the message.
        classes: how many there are.
        tolerance: of a sum.

    Raises:
        UserError: some row has a number below 0, or another sum than 1.
    """
    if not are_distributions(rows, tolerance):
        sums = rows.sum(axis=1)
        raise UserError(
            f"targets: {model} ends in a softmax, and what it puts out for an image sums to "
            f"{sums[np.abs(sums - 1).argmax()]:.3g}; allowed is a softmax over the {classes} "
            "classes, or none"
        )


def tried(network: Device, model: str) -> np.ndarray:
    """What a network puts out for some images, float32 [n, ...], of those where all is finite.

    Args:
        network: from images.
        model: its file, for messages.

    Raises:
        UserError: nothing that comes out is finite.
    """
    rows = network.predict_on_batch(chance_images(network)).astype(np.float32)
    finite = np.isfinite(rows).reshape(len(rows), -1).all(axis=1)
    if not finite.any():
        raise UserError(
            f"targets: {model} puts out {rows[0][~np.isfinite(rows[0])][0]} for images; allowed is "
            "a network whose outputs are finite"
        )
    return rows[finite]


def last_activation(network: tf.keras.Model) -> str | None:
    """The activation that makes the output, such as ``softmax``, or the operation.

    None where it is not known, and of layers that have none, such as poolings.

    Args:
        network: one that `intercept.networks.graph.is_graph`; networks inside are looked into.
    """
    return _last_activation(network)[0]


def _last_activation(network: tf.keras.Model) -> tuple[str | None, bool]:
    """The same, and whether nothing in the network changes a value."""
    made_by = {id(output): call for call in calls(network) for output in outputs_of(call)}
    tensor = network.output
    while id(tensor) in made_by:
        call = made_by[id(tensor)]
        layer = call.layer
        if is_graph(layer):
            name, keeps = _last_activation(layer)
        else:
            name = _name_of_activation(layer)
            keeps = isinstance(layer, _KEEPS) or name in _KEEPING
            if name == "linear" and isinstance(layer, tf.keras.layers.Activation):
                keeps = True
        if not keeps:
            return name, False
        tensor = call.keras_inputs[0]
    return None, tensor is network.input


def _name_of_activation(layer: tf.keras.layers.Layer) -> str | None:
    for kind, known in _LAYERS.items():
        if isinstance(layer, kind):
            return known
    function = getattr(layer, "activation", None) or getattr(layer, "function", None)
    name = getattr(function, "__name__", None)
    return _ACTIVATIONS.get(str(name), name)
