"""What is said of a network that is no better than guessing, and of which networks."""

import pytest
import tensorflow as tf

from intercept.training.guesses import said_of_guessing
from intercept.training.recipes import recipe_settings

layers = tf.keras.layers


def network(*first):
    return tf.keras.Sequential([tf.keras.Input((4, 4, 1)), *first, layers.Flatten()])


PLAIN, SCALING = network(), network(layers.Rescaling(1 / 255))
MODEL = recipe_settings("model-file", model="a.keras")
BUILT_IN = recipe_settings("non-private")
OWN = recipe_settings("non-private", architecture="a.keras", epochs=3)
UNTRAINED = recipe_settings("non-private", architecture="a.keras", epochs=0)
PRIVATE = recipe_settings("dp-adam", architecture="a.keras", noise_multiplier=1.0)


@pytest.mark.parametrize(
    ("settings", "made", "said"),
    [
        (MODEL, PLAIN, "check the target's pixels, and that its classes are in the order"),
        (OWN, SCALING, "its architecture has a scaling of its own, and pixels are from 0 to 1"),
        (PRIVATE, SCALING, "its architecture has a scaling of its own, and pixels are from 0 to 1"),
        (OWN, PLAIN, "check its architecture, epochs, learning rate and noise"),
    ],
)
def test_a_network_of_a_file_that_guesses_is_called_out(settings, made, said):
    line = said_of_guessing(settings, made, 0.11, 0.1, 200)
    assert line.startswith(f"no better than guessing; {said}")
    assert "\n" not in line
    assert said_of_guessing(settings, made, 0.9, 0.1, 200) is None
    few = said_of_guessing(settings, made, 1.0, 0.91, 22)
    assert few.startswith("of 22 such images nobody can tell a network from guessing; add")


@pytest.mark.parametrize("settings", [BUILT_IN, UNTRAINED], ids=["built-in", "untrained"])
def test_a_network_that_nobody_brought_or_trained_is_not(settings):
    assert said_of_guessing(settings, PLAIN, 0.11, 0.1, 200) is None
