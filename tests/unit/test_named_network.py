"""Networks of files that targets name, whether they are taken as they are or trained."""

import pytest
import tensorflow as tf
from configurations import ROOT

from intercept.networks.model_file import load
from intercept.networks.named_network import load_named
from intercept.runtime.errors import UserError
from intercept.study.targets import check_files
from intercept.training.recipes import recipe_settings


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


@pytest.mark.parametrize("suffix", ["pt", "pth"])
def test_a_file_of_pytorch_is_to_be_exported(tmp_path, suffix):
    (tmp_path / f"net.{suffix}").write_bytes(b"PK")
    with pytest.raises(UserError) as refused:
        load_named("model", str(tmp_path / f"net.{suffix}"), (), load)
    assert "a file of PyTorch by its name" in str(refused.value)
    assert "torch.onnx.export (From PyTorch, in docs/own-network.md)" in str(refused.value)
    assert "\n## From PyTorch\n" in (ROOT / "docs/own-network.md").read_text()


@pytest.mark.parametrize(
    ("suffix", "kind"), [("pt", "PyTorch"), ("onnx", "ONNX"), ("tflite", "TFLite")]
)
def test_what_is_not_of_keras_cannot_be_trained(tmp_path, suffix, kind):
    (tmp_path / f"net.{suffix}").write_bytes(b"PK")
    with pytest.raises(UserError, match=f"a file of {kind} by its name; allowed is a Keras file"):
        load_named("architecture", str(tmp_path / f"net.{suffix}"), (), load)


@pytest.mark.parametrize("key", ["model", "architecture"])
def test_a_folder_is_to_be_saved_as_a_file(tmp_path, key):
    (tmp_path / "savedmodel").mkdir()
    with pytest.raises(UserError, match=r"which is a folder; allowed is a file: save the network"):
        load_named(key, str(tmp_path / "savedmodel"), (), load)


@pytest.mark.parametrize(
    ("target", "do"),
    [
        ({"recipe": "model-file", "model": "saved"}, "save the network as one"),
        ({"recipe": "non-private", "architecture": "saved"}, "save the network as one"),
        ({"recipe": "recording", "recording": "saved"}, "name that"),
    ],
)
def test_a_folder_is_said_to_be_one_before_the_study_is_planned(tmp_path, monkeypatch, target, do):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "saved").mkdir()
    with pytest.raises(UserError) as refused:
        check_files({"mine": recipe_settings(**target)})
    said = f"'targets.mine' is of 'saved', which is a folder; allowed is a file: {do}"
    assert said in str(refused.value)
    (tmp_path / "saved").rmdir()
    with pytest.raises(UserError, match="which is not there"):
        check_files({"mine": recipe_settings(**target)})
