"""The wire behind a defence: what the device sends, and what the eavesdropper has of it."""

import math

import numpy as np
import tensorflow as tf

from intercept.arrays.batches import gen_batches
from intercept.defences.interface import Defence
from intercept.devices.interface import Device
from intercept.networks.queried import Queried
from intercept.wire.chance import reading

_BATCH = 1024


def defended(mobile: Device, defence: Defence) -> Device:
    """The device part with the deterministic part of its defence.

    Args:
        mobile: images to the cut layer's activations.
        defence: what is done to these.

    Returns:
        The device from images to what is sent but for chance; of a Keras model one of plain layers
        and operations.
    """
    if isinstance(mobile, Queried):
        return mobile.followed_by(defence.transform)
    model: tf.keras.Model = mobile
    return tf.keras.Model(model.input, defence.transform(model.output), name="device")


def signals_of(defence: Defence, activations: np.ndarray) -> np.ndarray:
    """What the device sends of activations, before any noise.

    Args:
        defence: what the device does.
        activations: float32 [n, ...], of the cut layer.

    Returns:
        float32 [n, ...].
    """
    batches = gen_batches(max(len(activations), 1), _BATCH)  # also of none, for its shape
    return np.concatenate(
        [defence.transform(tf.constant(activations[batch])).numpy() for batch in batches]
    )


def send(defence: Defence, activations: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """What an eavesdropper has of activations behind a defence.

    Args:
        defence: what the device does.
        activations: float32 [n, ...], of the cut layer.
        generator: of the chance. In a study it is seeded, so that results can be repeated; a
            device has to draw where nobody can predict it.

    Returns:
        float32 [n, ...]: of several readings of one input their mean.
    """
    return received(defence, signals_of(defence, activations), generator)


def received(defence: Defence, signals: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """As `send`, of what `signals_of` gives."""
    read = reading(defence.channel(math.prod(signals.shape[1:])), defence.drawn_from())
    batches = gen_batches(max(len(signals), 1), _BATCH)
    return np.concatenate([read(signals[batch], generator) for batch in batches])
