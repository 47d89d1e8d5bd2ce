"""One network by every way: PyTorch's ONNX, Keras 2 and 3, TFLite, a command, a recording."""

import sys
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from intercept.devices.activations import observe
from intercept.devices.interface import OUTPUT
from intercept.networks import queried
from intercept.networks.cutting import cut
from intercept.runtime.errors import UserError
from intercept.training.recipes.command.settings import Settings as CommandSettings
from intercept.training.recipes.command.trainer import Trainer as CommandTrainer
from intercept.training.recipes.model_file.settings import Settings
from intercept.training.recipes.model_file.trainer import Trainer
from intercept.training.recipes.recording.settings import Settings as RecordingSettings
from intercept.training.recipes.recording.trainer import Trainer as RecordingTrainer

FOLDER = Path(__file__).parents[1] / "fixtures" / "pytorch"
ANSWERS = dict(np.load(FOLDER / "answers.npz"))
IMAGES = ANSWERS["images"].transpose(0, 2, 3, 1)
FEATURES = ANSWERS["features"].transpose(0, 2, 3, 1)
SHAPE, CLASSES = IMAGES.shape[1:], 4
L = tf.keras.layers


def weights(name):
    return ANSWERS[f"weights.{name}"]


def in_keras():
    """The network of the fixtures; PyTorch flattens maps with their channels first."""
    image = tf.keras.Input(SHAPE)
    norm = L.BatchNormalization(epsilon=1e-5)
    convolutions = L.Conv2D(6, 3, 2), L.Conv2D(8, 3, padding="same", name="features")
    dense = L.Dense(10, name="code"), L.Dense(CLASSES)
    x = tf.nn.relu(norm(convolutions[0](image)))
    x = L.MaxPooling2D(2)(tf.nn.relu(convolutions[1](x)))
    model = tf.keras.Model(image, dense[1](tf.tanh(dense[0](L.Flatten()(L.Permute((3, 1, 2))(x))))))
    for name, layer in zip(("first", "features"), convolutions, strict=True):
        layer.set_weights(
            [weights(f"{name}.weight").transpose(2, 3, 1, 0), weights(f"{name}.bias")]
        )
    for name, layer in zip(("narrow", "head"), dense, strict=True):
        layer.set_weights([weights(f"{name}.weight").T, weights(f"{name}.bias")])
    norm.set_weights(
        [weights(f"norm.{k}") for k in ("weight", "bias", "running_mean", "running_var")]
    )
    return model


def written(suffix, folder):
    """The network in a file of that kind."""
    path = folder / f"net{suffix}"
    if suffix == ".tflite":
        path.write_bytes(tf.lite.TFLiteConverter.from_keras_model(in_keras()).convert())
    else:
        in_keras().save(path)
    return path


def of_model(path):
    return Trainer(Settings(model=str(path)), SHAPE, CLASSES, 10, 1).network


def place(network, wanted):
    """The name of the cut whose activations have that shape and come first."""
    if not isinstance(network, queried.Queried):
        return wanted
    shape = FEATURES.shape[1:] if wanted == "features" else ANSWERS["code"].shape[1:]
    named = [one.name for one in network.network.places() if one.sent == shape]
    return next((one for one in named if wanted in one), named[0])


@pytest.fixture(scope="module")
def network_of(tmp_path_factory):
    """The network by one of its files; each is read once."""
    read = {}

    def network(file):
        if file not in read:
            own = file.startswith(".")
            path = written(file, tmp_path_factory.mktemp("net")) if own else FOLDER / file
            read[file] = of_model(path)
        return read[file]

    return network


@pytest.mark.parametrize(
    "file",
    ["any.onnx", "one.onnx", "dynamo.onnx", "keras_3.keras", ".keras", ".h5", ".tflite"],
)
@pytest.mark.parametrize("wanted", ["features", "code"])
@pytest.mark.slow
def test_activations_and_answers_are_those_of_pytorch(network_of, file, wanted):
    network = network_of(file)
    device, server = cut(network, place(network, wanted))
    sent = observe(device, IMAGES)
    known = FEATURES if wanted == "features" else ANSWERS["code"]
    if wanted == "features":  # some ways put the activation into the convolution, others behind it
        sent = np.maximum(sent, 0)
        known = np.maximum(known, 0)
    np.testing.assert_allclose(sent, known, atol=1e-4)
    probabilities = np.float32(tf.nn.softmax(ANSWERS["logits"]))
    np.testing.assert_allclose(observe(network, IMAGES), probabilities, atol=1e-4)
    np.testing.assert_allclose(observe(server, observe(device, IMAGES)), probabilities, atol=1e-4)


def alone(suffix, wanted, folder):
    """The device part alone in a file of that kind."""
    path = folder / f"device{suffix}"
    if suffix == ".onnx":
        whole = of_model(FOLDER / "any.onnx")
        part, _ = whole.network.cut(whole.place(place(whole, wanted)))
        path.write_bytes(part.content)
        return path
    keras = in_keras()
    device = tf.keras.Model(keras.input, keras.get_layer(wanted).output)
    if suffix == ".tflite":
        path.write_bytes(tf.lite.TFLiteConverter.from_keras_model(device).convert())
    else:
        device.save(path)
    return path


@pytest.mark.parametrize("suffix", [".keras", ".h5", ".onnx", ".tflite"])
@pytest.mark.parametrize("wanted", ["features", "code"])
def test_a_file_may_hold_the_device_part_alone(tmp_path, suffix, wanted):
    settings = Settings(model=str(alone(suffix, wanted, tmp_path)), device_alone=True)
    assert not settings.serves
    network = Trainer(settings, SHAPE, CLASSES, 10, 1).network
    queried.write(tmp_path / "target.h5", network)
    device, server = cut(queried.load(tmp_path / "target.h5"), OUTPUT, serves=False)
    assert server is None
    known = FEATURES if wanted == "features" else ANSWERS["code"]
    sent = observe(device, IMAGES)
    if wanted == "features":
        sent, known = np.maximum(sent, 0), np.maximum(known, 0)
    np.testing.assert_allclose(sent, known, atol=1e-4)
    with pytest.raises(UserError, match=r"allowed is a network that puts out \(4,\)"):
        of_model(settings.model)


def test_a_device_part_alone_can_be_cut_within(tmp_path):
    settings = Settings(model=str(alone(".keras", "code", tmp_path)), device_alone=True)
    network = Trainer(settings, SHAPE, CLASSES, 10, 1).network
    device, server = cut(network, "features", serves=False)
    assert server is None
    np.testing.assert_allclose(observe(device, IMAGES), FEATURES, atol=1e-4)
    with pytest.raises(UserError, match="has no layer 'elsewhere'"):
        cut(network, "elsewhere", serves=False)


def test_a_command_and_a_recording_agree(tmp_path):
    network = of_model(FOLDER / "any.onnx")
    expected = observe(cut(network, place(network, "code"))[0], IMAGES)
    np.savez(tmp_path / "pairs.npz", images=IMAGES, activations=expected)
    recorded = RecordingTrainer(
        RecordingSettings(recording=str(tmp_path / "pairs.npz")), SHAPE, CLASSES, 10, 1
    ).network
    script = tmp_path / "device.py"
    script.write_text(
        "import sys, numpy as np, onnxruntime\n"
        f"session = onnxruntime.InferenceSession({str(FOLDER / 'any.onnx')!r})\n"
        "images = np.load(sys.argv[1]).transpose(0, 3, 1, 2)\n"
        "np.save(sys.argv[2], session.run(['logits'], {'image': images})[0])\n"
    )
    command = CommandTrainer(
        CommandSettings(command=(sys.executable, str(script))), SHAPE, CLASSES, 10, 1
    ).network
    np.testing.assert_array_equal(observe(recorded, IMAGES), expected)
    np.testing.assert_allclose(observe(command, IMAGES), ANSWERS["logits"], atol=1e-4)
