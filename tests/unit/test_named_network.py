"""Networks of files that targets name, whether they are taken as they are or trained."""

import pytest
import tensorflow as tf

from intercept.model_file import load
from intercept.named_network import load_named
from intercept.runtime.errors import UserError


class Doubled(tf.keras.Model):
    """Does something beside what its layers say."""

    def call(self, inputs, training=None, mask=None):
        return 2 * super().call(inputs, training, mask)


@pytest.fixture
def path(tmp_path):
    image = tf.keras.Input((8, 8, 1))
    path = tmp_path / "network.keras"
    tf.keras.Model(image, tf.keras.layers.Dense(2)(tf.keras.layers.Flatten()(image))).save(path)
    return path


@pytest.mark.parametrize("key", ["model", "architecture"])
def test_a_network_that_does_more_than_its_layers_is_refused(path, key):
    def doubled(file, allowed):
        network = load(file, allowed)
        return Doubled(network.inputs, network.outputs)

    with pytest.raises(UserError, match="does not say how its layers are connected; allowed is a"):
        load_named(key, path, (), doubled)
    assert load_named(key, path, (), load).output_shape == (None, 2)


@pytest.mark.parametrize("key", ["model", "architecture"])
def test_a_file_that_is_not_there_is_named_with_its_key(tmp_path, key):
    with pytest.raises(
        UserError,
        match=f"^targets: {key} is .*, and there is no such file.*: write its path in full",
    ):
        load_named(key, tmp_path / "none.keras", (), load)
