"""What a network takes: of a command the time that passes, and how often it is started."""

import sys
import time

import pytest
import tensorflow as tf

from intercept.check.timing import forward_seconds
from intercept.training.recipes import build_trainer, recipe_settings

SHAPE = (8, 6, 1)


def command(folder, seconds):
    """A program that notes each start and sleeps."""
    folder.mkdir()
    (folder / "device.py").write_text(
        "import sys, time\nimport numpy as np\n"
        f"open({str(folder / 'starts')!r}, 'a').write('.')\ntime.sleep({seconds})\n"
        "images = np.load(sys.argv[-2])\n"
        "np.save(sys.argv[-1], images.reshape(len(images), -1))\n"
    )
    settings = recipe_settings("command", command=[sys.executable, str(folder / "device.py")])
    return build_trainer(settings, SHAPE, 3, 10, 1).network


def test_a_command_is_started_once_and_takes_what_passes(tmp_path):
    network, starts = command(tmp_path / "one", 0.5), tmp_path / "one/starts"
    before = len(starts.read_text())
    found = forward_seconds(network)
    assert len(starts.read_text()) == before + 1
    assert 0.5 < 256 * found < 20


def test_what_waits_is_not_asked_for_longer_than_what_computes():
    naps = []

    def nap(values):
        naps.append(time.sleep(0.1))
        return values

    def waiting(x):
        return tf.ensure_shape(tf.numpy_function(nap, [x], tf.float32), (None, *SHAPE))

    image = tf.keras.Input(SHAPE)
    network = tf.keras.Model(image, tf.keras.layers.Lambda(waiting)(image))
    naps.clear()
    forward_seconds(network)
    assert 2 <= len(naps) <= 4  # of 0.2 seconds, and one before


@pytest.mark.parametrize("units", [4, 64])
def test_a_network_of_keras_takes_some_processor_time(units):
    image = tf.keras.Input(SHAPE)
    outputs = tf.keras.layers.Dense(units)(tf.keras.layers.Flatten()(image))
    assert 0 < forward_seconds(tf.keras.Model(image, outputs)) < 0.1
