"""How a network ends: in probabilities or in something that they are made of."""

import logging
from collections.abc import Collection

import numpy as np
import tensorflow as tf

from intercept.networks.graph import unused
from intercept.networks.outputs import SUM_TOLERANCE, are_distributions, check_softmax
from intercept.runtime.errors import UserError

log = logging.getLogger("intercept")


def in_probabilities(
    output: tf.Tensor,
    activation: str | None,
    rows: np.ndarray,
    model: str,
    classes: int,
    names: Collection[str],
    step: float = 0.0,
) -> tf.Tensor:
    """What a network puts out, as probabilities of classes.

    That of which they are made is told by the last activation. The activation is held against what
    comes out for images.

    Args:
        output: of the network: [n, classes]; or [n, 1] if there are two classes, of which the
            number is for the second.
        activation: that makes it; see `intercept.networks.outputs.last_activation`.
        rows: float32 of the same shape, what comes out for some images; see
            `intercept.networks.outputs.tried`.
        model: the network's file, for messages.
        classes: how many there are.
        names: of layers, which are taken.
        step: between neighbouring values of an output in 8 bits, by which a sum of probabilities
            is off; they are then brought to 1.

    Returns:
        float32 [n, classes], 0 or more, of which each row sums to 1.

    Raises:
        UserError: a softmax is not over the classes, or a single number is neither a probability
            nor a logit.
    """
    output = in_float32(output, names)
    if rows.shape[1] == 1:
        return _of_two(output, activation, rows, model, names)
    tolerance = max(SUM_TOLERANCE, step * classes / 2)  # each is rounded by half a step at most
    distribution = are_distributions(rows, tolerance)
    if activation == "softmax":
        check_softmax(rows, model, classes, tolerance)
    if activation == "softmax" or (activation != "linear" and distribution):
        return _of_sum_1(output) if step else output
    if activation == "sigmoid":
        log.info("%s has a probability of each class by itself: their sum is brought to 1", model)
        return _of_sum_1(output)
    log.info("%s puts out logits: a softmax is put behind it", model)
    return tf.keras.layers.Softmax(name=unused("probabilities", names))(output)


def _of_sum_1(output: tf.Tensor) -> tf.Tensor:
    return tf.math.divide_no_nan(output, tf.reduce_sum(output, axis=-1, keepdims=True))


def in_float32(output: tf.Tensor, names: Collection[str]) -> tf.Tensor:
    """What a network puts out, by a layer of its own where it computes in another type."""
    if output.dtype == tf.float32:
        return output
    name = unused("in_float32", names)
    return tf.keras.layers.Activation("linear", dtype="float32", name=name)(output)


def check_sent(gives: tuple[int | None, ...], model: str) -> None:
    """Refuse a device part alone that sends what no attacker takes.

    Args:
        gives: shape of what it puts out for an image.
        model: its file, for the message.

    Raises:
        UserError: that is neither a vector nor a map.
    """
    if len(gives) not in (1, 3) or None in gives:
        raise UserError(
            f"targets: {model} puts out {gives} for an image; allowed is a device part that sends "
            "a vector (numbers) or a map (rows, columns, channels) of one size"
        )


def check_classes(gives: tuple[int | None, ...], model: str, classes: int) -> None:
    """Refuse a network that does not tell the classes of a data set apart.

    Args:
        gives: shape of what it puts out for an image.
        model: its file, for the message.
        classes: how many there are.

    Raises:
        UserError: it puts out another number of numbers than classes, or than one for two; or
            there is one class.
    """
    if classes < 2:
        raise UserError(
            f"targets: {model} is to tell classes apart, and this data set has {classes}; allowed "
            "are two or more, or with device_alone any number"
        )
    if gives != (classes,) and (classes, gives) != (2, (1,)):
        one = " or, by a sigmoid, (1,)" if classes == 2 else ""
        raise UserError(
            f"targets: {model} puts out {gives}, and this data set has {classes} classes; "
            f"allowed is a network that puts out ({classes},){one}, or with device_alone: true one "
            "that names other classes or none"
        )


def _of_two(
    output: tf.Tensor,
    activation: str | None,
    rows: np.ndarray,
    model: str,
    names: Collection[str],
) -> tf.Tensor:
    if activation == "linear":
        log.info("%s puts out one logit: a sigmoid is put behind it", model)
        output = tf.keras.layers.Activation("sigmoid", name=unused("probability", names))(output)
    elif activation != "sigmoid" or not ((rows >= 0) & (rows <= 1)).all():
        raise UserError(
            f"targets: {model} puts out one number, from {rows.min():.3g} to {rows.max():.3g}, "
            "that no sigmoid made; allowed is the probability of the second of two classes by a "
            "sigmoid, or its logit"
        )
    return tf.concat([1 - output, output], axis=-1)
