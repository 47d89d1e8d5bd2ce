"""What this machine takes, measured in moments: processor seconds of one thread."""

import time

import numpy as np
import tensorflow as tf

from intercept.arrays.stored_images import images_at_once
from intercept.devices.activations import AT_ONCE
from intercept.devices.command import CommandNetwork
from intercept.devices.interface import Device
from intercept.networks.queried import Queried

_IMAGES = 16
_LEAST = 0.2  # seconds that are measured, or more
_MOST_RUNS = 50


def forward_seconds(network: Device) -> float:
    """Processor time of a network for one image of chance pixels, in seconds.

    Of a command it is the time that passes, which is mostly another program's; it is started once,
    for as many images as a study gives it.

    Args:
        network: from images, or others float32 [n, ...].
    """
    shape = tuple(side or 1 for side in network.input_shape[1:])
    if isinstance(network, Queried) and isinstance(network.network, CommandNetwork):
        images = _chance(images_at_once(shape, AT_ONCE), shape)
        began = time.perf_counter()
        network.predict_on_batch(images)
        return (time.perf_counter() - began) / len(images)
    images = _chance(_IMAGES, shape)
    run = network.predict_on_batch
    if isinstance(network, tf.keras.Model):
        images = tf.constant(images)
        run = tf.function(lambda batch: network(batch, training=False))
    run(images)  # which is also traced
    began, worked, runs = time.perf_counter(), time.process_time(), 0
    while runs == 0 or (runs < _MOST_RUNS and time.perf_counter() - began < _LEAST):
        run(images)
        runs += 1
    return (time.process_time() - worked) / (runs * _IMAGES)


def _chance(count: int, shape: tuple[int, ...]) -> np.ndarray:
    return np.random.default_rng(0).random((count, *shape), np.float32)
