"""Keras' applications as targets: nested and flat, in mixed precision and not, and cut."""

import numpy as np
import pytest
import tensorflow as tf

from intercept.networks.cutting import split
from intercept.networks.model_file import load_network
from intercept.runtime.errors import UserError
from intercept.training.recipes.model_file.settings import Settings
from intercept.training.recipes.model_file.trainer import Trainer

pytestmark = pytest.mark.slow

SIDE, CLASSES = 32, 5
PRECISIONS = ("float32", "mixed_float16")
APPLICATIONS = {
    "mobilenet": (tf.keras.applications.MobileNetV2, None, [0, 1]),
    "resnet": (
        tf.keras.applications.ResNet50,
        tf.keras.applications.resnet50.preprocess_input,
        [0, 255],
    ),
    "efficientnet": (tf.keras.applications.EfficientNetB0, None, "none"),
}


def built(name, nested):
    """A network of random weights, and the model that has its backbone's layers."""
    application, preprocess, _ = APPLICATIONS[name]
    image = tf.keras.Input((SIDE, SIDE, 3))
    x = preprocess(image) if preprocess else image
    options = {"weights": None, "include_top": False}
    if nested:
        backbone = application(input_shape=(SIDE, SIDE, 3), **options)
        x = backbone(x, training=False)
    else:
        backbone = application(input_tensor=x, **options)
        x = backbone.output
    x = tf.keras.layers.GlobalAveragePooling2D(name="pooled")(x)
    network = tf.keras.Model(image, tf.keras.layers.Dense(CLASSES, name="probabilities")(x))
    random = np.random.default_rng(1)
    spread = {"gamma": (0.7, 1.3), "moving_variance": (0.7, 1.3), "moving_mean": (-0.2, 0.2)}
    spread |= {"beta": (-0.2, 0.2), "bias": (-0.2, 0.2)}
    for weight in network.weights:
        name = weight.name.rpartition("/")[2].removesuffix(":0")
        if name in spread:
            weight.assign(random.uniform(*spread[name], weight.shape))
    return network, backbone


@pytest.fixture
def precision(request):
    tf.keras.mixed_precision.set_global_policy(request.param)
    yield request.param
    tf.keras.mixed_precision.set_global_policy("float32")


# How the two go together is seen on the small one; of the large ones each way once, at the ends
# and in the middle.
@pytest.mark.parametrize(
    ("name", "nested", "precision", "places"),
    [
        *(("mobilenet", nested, p, 5) for nested in (True, False) for p in PRECISIONS),
        ("resnet", False, "mixed_float16", 3),
        ("efficientnet", True, "float32", 3),
    ],
    indirect=["precision"],
)
def test_cut_at_several_places_the_parts_are_the_whole(tmp_path, name, nested, precision, places):
    network, backbone = built(name, nested)
    tf.keras.mixed_precision.set_global_policy("float32")
    _, preprocess, pixels = APPLICATIONS[name]
    network.save(tmp_path / "net.h5")
    settings = Settings(model=str(tmp_path / "net.h5"), pixels=pixels)
    target = Trainer(settings, (SIDE, SIDE, 3), CLASSES, examples=1, seed=1).network
    target.save(tmp_path / "target.h5")
    target = load_network(tmp_path / "target.h5")

    with pytest.raises(UserError) as refused:
        split(target, "nowhere")
    allowed = str(refused.value).partition("allowed are ")[2].split(", ")
    prefix = f"{backbone.name}." if nested else ""
    inner = [
        cut
        for cut in allowed
        if cut.startswith(prefix) and cut.removeprefix(prefix) in {x.name for x in backbone.layers}
    ]
    cuts = [inner[index] for index in np.linspace(0, len(inner) - 1, places).astype(int)]
    assert len(set(cuts)) == places

    images = np.random.default_rng(2).random((2, SIDE, SIDE, 3), np.float32)
    stored = tf.constant(images * (1 if pixels == [0, 1] else 255))
    outputs = [backbone.get_layer(cut.removeprefix(prefix)).output for cut in cuts]
    seen = preprocess(stored) if nested and preprocess else stored
    activations = tf.keras.Model(backbone.input, outputs)(seen, training=False)
    whole = tf.nn.softmax(tf.cast(network(stored, training=False), tf.float32))
    assert np.ptp(whole) > 0.01
    accuracy = {"rtol": 1e-3, "atol": 1e-4} if precision == "float32" else {"rtol": 0.05}
    for cut, activation in zip(cuts, activations, strict=True):
        parts = split(target, cut)
        sent = parts.mobile(images, training=False)
        assert sent.dtype == tf.float32
        assert np.ptp(sent) > 0
        largest = float(np.abs(activation).max())
        np.testing.assert_allclose(
            sent, tf.cast(activation, tf.float32), atol=1e-3 * largest, rtol=accuracy["rtol"]
        )
        np.testing.assert_allclose(parts.server(sent, training=False), whole, **accuracy)
    if nested:
        behind = split(target, backbone.name).mobile(images, training=False)
        np.testing.assert_array_equal(
            behind, split(target, inner[-1]).mobile(images, training=False)
        )
