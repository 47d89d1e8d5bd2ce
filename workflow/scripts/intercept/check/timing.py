"""What this machine takes, measured in moments: processor seconds of one thread."""

import time

import numpy as np
import tensorflow as tf

from intercept.devices.interface import Device

_IMAGES = 16
_LEAST = 0.2  # seconds that are measured, or more
_MOST_RUNS = 50


def forward_seconds(network: Device) -> float:
    """Processor time of a network for one image of chance pixels, in seconds.

    Args:
        network: from images, or others float32 [n, ...].
    """
    shape = [side or 1 for side in network.input_shape[1:]]
    images = np.random.default_rng(0).random((_IMAGES, *shape), np.float32)
    run = network.predict_on_batch
    if isinstance(network, tf.keras.Model):
        images = tf.constant(images)
        run = tf.function(lambda batch: network(batch, training=False))
    run(images)  # which is also traced
    began, runs = time.process_time(), 0
    while runs < _MOST_RUNS and time.process_time() - began < _LEAST:
        run(images)
        runs += 1
    return (time.process_time() - began) / (runs * _IMAGES)
