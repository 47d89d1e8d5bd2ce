"""Damaged files of every kind end in one line or in an answer; what computes them is elsewhere."""

from pathlib import Path

import h5py
import numpy as np
import pytest
import tensorflow as tf
from damage import damaged

from intercept.devices.kinds import of_kind
from intercept.devices.trial import read_network
from intercept.runtime.errors import UserError

SHAPE = (16, 12, 1)
ONNX = Path(__file__).parents[1] / "fixtures" / "pytorch" / "dynamo.onnx"


def tflite():
    layers = tf.keras.layers
    model = tf.keras.Sequential(
        [tf.keras.Input(SHAPE), layers.Conv2D(4, 3), layers.Flatten(), layers.Dense(3)]
    )
    return tf.lite.TFLiteConverter.from_keras_model(model).convert()


def recording(suffix, folder):
    images = np.random.default_rng(0).integers(0, 256, (9, *SHAPE), np.uint8)
    arrays = {"images": images, "activations": images.reshape(9, -1) / 255}
    path = folder / f"whole{suffix}"
    if suffix == ".npz":
        np.savez_compressed(path, **arrays)
    else:
        with h5py.File(path, "w") as file:
            for name, array in arrays.items():
                file.create_dataset(name, data=array, compression="gzip", fletcher32=True)
    return path.read_bytes()


def outcomes(read, whole, seeds):
    """How many of the damaged files were refused; what is not refused has to answer."""
    refused = 0
    for seed in seeds:
        try:
            network = read(damaged(whole, seed))
            if network.answers_any:
                answer = network.compute(np.zeros((1, *network.takes), np.float32))
                assert answer.shape == (1, *network.gives)
        except UserError as error:
            assert "\n" not in str(error)
            refused += 1
    return refused


@pytest.mark.parametrize("suffix", [".npz", ".h5"])
def test_a_damaged_recording_is_refused_or_read(tmp_path, suffix):
    whole = recording(suffix, tmp_path)
    of_kind("recording", whole, "pairs", SHAPE)

    def read(content):
        return of_kind("recording", content, "pairs", SHAPE)

    assert outcomes(read, whole, range(100)) > 50


@pytest.mark.slow
# Of a TFLite file, which takes seconds, one of each kind of damage.
@pytest.mark.parametrize(("kind", "seeds"), [("onnx", range(20)), ("tflite", (0, 1, 2, 5, 7))])
def test_a_damaged_network_is_refused_or_computed(tmp_path, kind, seeds):
    whole = ONNX.read_bytes() if kind == "onnx" else tflite()
    path = tmp_path / f"net.{kind}"

    def read(content):
        path.write_bytes(content)
        return read_network(kind, str(path), SHAPE)

    assert read(whole).takes[-1] in (1, 12)
    assert outcomes(read, whole, seeds) > len(seeds) / 4


def test_a_link_in_the_place_of_a_file_is_read_as_what_it_leads_to(tmp_path):
    (tmp_path / "net.onnx").symlink_to("/dev/zero")
    with pytest.raises(UserError, match="there is no such file"):
        read_network("onnx", str(tmp_path / "net.onnx"), SHAPE)
    (tmp_path / "other.onnx").symlink_to(ONNX)
    assert read_network("onnx", str(tmp_path / "other.onnx"), SHAPE).gives == (4,)
