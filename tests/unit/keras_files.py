"""Small networks, the files that Keras writes of them, and what is said of a file."""

import pytest
import tensorflow as tf

from intercept.networks import model_file
from intercept.runtime.errors import UserError

SHAPE = (8, 8, 1)
layers = tf.keras.layers


def network(*between, classes=3, activation="softmax"):
    """A convolution, the layers `between`, and a dense layer."""
    return tf.keras.Sequential(
        [
            tf.keras.Input(SHAPE),
            layers.Conv2D(2, 3, activation="relu"),
            *between,
            layers.Flatten(),
            layers.Dense(classes, activation=activation),
        ]
    )


def saved(model, path):
    """The path, once Keras has written a model there."""
    model.save(path)
    return path


def refusal(path, function=model_file.load, **options):
    """The one line that is said of a file that is not taken."""
    with pytest.raises(UserError) as refused:
        function(path, **options)
    message = str(refused.value)
    assert message.startswith(str(path))
    assert "\n" not in message
    return message
