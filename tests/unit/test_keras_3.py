"""Files of Keras 3 against what Keras 3 itself makes of them; see tests/fixtures/keras_3."""

import io
import json
import resource
import zipfile
from pathlib import Path

import h5py
import numpy as np
import pytest
import tensorflow as tf
from keras_files import refusal

from intercept.networks import model_file
from intercept.networks.cutting import split
from intercept.networks.model_file import load_network, load_untrained
from intercept.networks.named_network import load_named
from intercept.runtime.errors import UserError
from intercept.training.architecture import network_to_train
from intercept.training.recipes.model_file.settings import Settings
from intercept.training.recipes.model_file.trainer import Trainer
from intercept.training.recipes.non_private.settings import Settings as NonPrivateSettings

FOLDER = Path(__file__).parents[1] / "fixtures" / "keras_3"
FILES = sorted(path.stem for path in FOLDER.glob("*.keras"))
SEQUENTIAL, CONNECTED = FOLDER / "fitted-3.15.1.keras", FOLDER / "operations-3.15.1.keras"
ARRAYS = "model.weights.h5"


def members(path):
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def changed(source, target, **contents):
    """A file with other members, by the first part of their names, than another has."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members(source).items():
            archive.writestr(name, contents.get(name.partition(".")[0], content))
    return target


def configured(source, target, change):
    """A file of which `change` has changed the configuration; it gets the layers by their names."""
    config = json.loads(members(source)["config.json"])
    change({layer["config"].get("name", layer.get("name")): layer for layer in layers_of(config)})
    return changed(source, target, config=json.dumps(config))


def layers_of(config):
    for layer in config["config"]["layers"]:
        yield layer
        if "layers" in layer["config"]:
            yield from layers_of(layer)


def stored(source, target, change):
    """A file of which `change` has changed the arrays."""
    content = io.BytesIO(members(source)[ARRAYS])
    with h5py.File(content, "r+") as file:
        change(file)
    return changed(source, target, model=content.getvalue())


def as_target(path):
    """The network as a target gets it: held against its arrays, and loaded."""
    return load_named("model", path, (), model_file.load)


def outputs_of(network, names, images):
    """What the named layers put out, and under `whole` the network."""
    ends = {name: network.get_layer(f"flat_{name}").output for name in names}
    ends["whole"] = network.outputs[0]
    return tf.keras.Model(network.inputs, ends)(images, training=False)


def test_there_are_files_of_two_versions():
    kinds = {tuple(name.split("-")) for name in FILES}
    assert len(kinds) == 14
    assert {version for _, version in kinds} == {"3.0.5", "3.15.1"}


@pytest.mark.parametrize("name", FILES)
@pytest.mark.slow
def test_every_layer_puts_out_what_it_does_in_keras_3(name):
    network = as_target(FOLDER / f"{name}.keras")
    with np.load(FOLDER / f"{name}.npz") as expected:
        names = [key for key in expected.files if key not in ("images", "whole")]
        outputs = outputs_of(network, names, expected["images"])
        # In float16 the order of sums shows.
        accuracy = {"atol": 2e-3} if name.startswith("half") else {"atol": 1e-5}
        for key in ("whole", *names):
            np.testing.assert_allclose(
                outputs[key], expected[key], rtol=1e-5, err_msg=key, **accuracy
            )


def trained(path, **settings):
    """The target that becomes of a file, with what is expected of it."""
    with np.load(path.with_suffix(".npz")) as expected:
        images, whole = expected["images"], expected["whole"]
    settings = Settings(model=str(path), **settings)
    return Trainer(settings, images.shape[1:], 3, examples=10, seed=1).network, images, whole


@pytest.mark.parametrize("name", ["operations", "nested", "half"])
@pytest.mark.slow
def test_a_target_goes_through_the_stages(tmp_path, name):
    target, images, whole = trained(FOLDER / f"{name}-3.15.1.keras")
    target.save(tmp_path / "target.h5")
    probabilities = load_network(tmp_path / "target.h5").predict(images, verbose=0)
    np.testing.assert_allclose(
        probabilities, tf.nn.softmax(whole), atol=1e-3 if name == "half" else 1e-6
    )


def test_layers_of_networks_inside_are_cut_by_their_paths():
    target, images, whole = trained(FOLDER / "nested-3.15.1.keras")
    cut = next(layer.name for layer in target.layers if layer.name.endswith("turned.mixed"))
    parts = split(target, cut)
    answered = parts.server(parts.mobile(images, training=False), training=False)
    np.testing.assert_allclose(answered, tf.nn.softmax(whole), atol=1e-6)


def test_behind_an_activation_that_is_made_of_layers_a_cut_has_the_layer_s_name():
    target, images, whole = trained(SEQUENTIAL)
    parts = split(target, "dense")
    sent = parts.mobile(images, training=False).numpy()
    assert ((sent >= 0) & (sent <= 1)).all()
    np.testing.assert_allclose(parts.server(sent, training=False), whole, atol=1e-6)


def test_an_architecture_starts_at_fresh_weights_that_follow_from_the_seed():
    settings = NonPrivateSettings(architecture=str(SEQUENTIAL))
    first, again, other = (
        network_to_train(settings, (6, 6, 2), 3, seed, "example").get_weights()
        for seed in (1, 1, 2)
    )
    loaded = model_file.load(SEQUENTIAL).get_weights()
    assert [weight.shape for weight in first] == [weight.shape for weight in loaded]
    assert all(map(np.array_equal, first, again))
    assert not np.array_equal(first[0], other[0])
    assert not np.array_equal(first[0], loaded[0])
    # As the file says: deviations of 0.1, and a limit to norms.
    assert 0.03 < first[-2].std() < 0.2
    constraints = [weight.constraint for weight in load_untrained(SEQUENTIAL).weights]
    assert any(isinstance(one, tf.keras.constraints.MaxNorm) for one in constraints)


def setting(layer, **settings):
    return lambda layers: layers[layer]["config"].update(settings)


def written(layer, **entries):
    return lambda layers: layers[layer].update(entries)


def without(layer, key):
    return lambda layers: layers[layer]["config"].pop(key)


def renamed(layers):
    layers["add"]["name"] = layers["add"]["config"]["name"] = "subtract"


FUNCTION = {"module": "builtins", "class_name": "function", "config": "f", "registered_name": "f"}
QUANTIZED = {"module": "keras", "class_name": "QuantizedDTypePolicy", "config": {"name": "int8"}}
REFUSED = {
    "a Lambda layer": ("convolved", written("convolved", class_name="Lambda"), "Lambda layer"),
    "a custom layer": (
        "Conv2D",
        written("convolved", module="os", registered_name="mine>Conv2D"),
        "holds code, the custom object 'Conv2D', and was written by Keras 3, of whose files no",
    ),
    "a registered layer": (
        "Conv2D",
        written("convolved", registered_name="mine>Conv2D"),
        "whatever allow_code says",
    ),
    "a kind of layer": (
        "convolved",
        written("convolved", class_name="LSTM"),
        "(LSTM) is of a kind",
    ),
    "an operation": ("'tanh' (Eig)", written("tanh", class_name="Eig"), "is of a kind that is not"),
    "a setting": ("convolved", setting("convolved", lora_rank=4), "known here, lora_rank = 4"),
    "a setting of an operation": ("clip", setting("clip", odd=1), "other arguments than those"),
    "a setting that is missing": ("convolved", without("convolved", "groups"), "say its groups"),
    "the order of channels": (
        "convolved",
        setting("convolved", data_format="channels_first"),
        "data_format = 'channels_first'; allowed is 'channels_last'",
    ),
    "an activation": ("convolved", setting("convolved", activation="glu"), "here, 'glu'"),
    "a function": ("'f'", setting("convolved", activation=FUNCTION), "custom object 'function'"),
    "a precision": ("convolved", setting("convolved", dtype="float64"), "computes in 'float64'"),
    "a quantisation": ("convolved", setting("convolved", dtype=QUANTIZED), "QuantizedDTypePolicy"),
    "an initialiser": (
        "convolved",
        setting("convolved", kernel_initializer=FUNCTION),
        "has a kernel_initializer that is not known here, 'function'",
    ),
    "a layer of two networks": (
        "convolved",
        written("convolved", shared_object_id=1),
        "is shared between networks",
    ),
    "two layers of one name": ("subtract", renamed, "two layers of the name 'subtract'"),
    "another shape": (
        "relu",
        lambda layers: layers["relu"]["inbound_nodes"][0]["args"][0]["config"].update(shape=[7]),
        "had an input of shape (7,)",
    ),
    "a circle": (
        "relu",
        lambda layers: layers["relu"]["inbound_nodes"][0]["args"][0]["config"].update(
            keras_history=["relu", 0, 0]
        ),
        "is called with what no layer puts out",
    ),
    "what Keras 2 cannot": (
        "convolved",
        setting("convolved", kernel_size=[9, 9]),
        "cannot be built in Keras 2",
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_not_known_is_refused_by_name(tmp_path, what):
    name, change, said = REFUSED[what]
    path = configured(CONNECTED, tmp_path / "odd.keras", change)
    for function in (model_file.check_fit, model_file.load, load_untrained):
        message = refusal(path, function, allowed=["convolved", "mine.Conv2D"])
        assert said in message
        assert name in message or "custom object" in message


def test_an_elu_of_which_keras_3_0_does_not_say_how_steep_it_is_is_refused(tmp_path):
    def change(layers):
        layers["dropout"].update(class_name="ELU")
        layers["dropout"]["config"] = {"name": "dropout", "trainable": True, "dtype": "float32"}

    path = configured(FOLDER / "activations-3.0.5.keras", tmp_path / "elu.keras", change)
    assert "'dropout' (ELU) does not say its alpha" in refusal(path)


def test_batch_normalisation_with_renormalisation_is_refused(tmp_path):
    source = FOLDER / "activations-3.15.1.keras"
    path = configured(source, tmp_path / "odd.keras", setting("batch", renorm=True))
    assert "'batch' (BatchNormalization) has a setting that is not known here, renorm" in refusal(
        path
    )


GROUP = "layers/conv2d/vars"
STORED = {
    "no array": (lambda file: file[GROUP].pop("1"), "has no array '/layers/conv2d/vars/1'"),
    "an array more": (
        lambda file: file[GROUP].create_dataset("2", (3,), "f4"),
        "holds an array of no layer, '/layers/conv2d/vars/2'",
    ),
    "another shape": (
        lambda file: (file[GROUP].pop("1"), file[GROUP].create_dataset("1", (7,), "f4")),
        "of shape (7,) and type float32, which should be (4,)",
    ),
    "another type": (
        lambda file: (file[GROUP].pop("1"), file[GROUP].create_dataset("1", (4,), "S9")),
        "of shape (4,) and type |S9",
    ),
    "another layer's": (
        lambda file: file[GROUP].attrs.update(name="another"),
        "has no array '/layers/conv2d/vars/0'",
    ),
    "too much": (
        lambda file: file[GROUP].create_dataset("2", (10**6, 10**6), "f4", chunks=True),
        "bytes of weights; allowed are 1,073,741,824",
    ),
    "a link": (
        lambda file: file[GROUP].update({"2": h5py.SoftLink("/layers")}),
        "'2' leads elsewhere",
    ),
    "a link above": (
        lambda file: (file.pop("layers"), file.update(layers=h5py.ExternalLink("b.h5", "/"))),
        "'layers' leads elsewhere",
    ),
}


@pytest.mark.parametrize("what", STORED)
def test_arrays_that_are_not_the_layers_are_refused(tmp_path, what):
    change, said = STORED[what]
    path = stored(SEQUENTIAL, tmp_path / "odd.keras", change)
    for function in (model_file.check_fit, model_file.load):
        assert said in refusal(path, function)


def test_a_layer_of_any_size_is_refused_before_it_takes_memory(tmp_path):
    path = configured(SEQUENTIAL, tmp_path / "large.keras", setting("dense", units=300_000_000))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert "bytes of weights; allowed are 1,073,741,824" in refusal(path, model_file.check_fit)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 500_000  # kilobytes


def test_a_configuration_that_unpacks_to_any_size_is_refused(tmp_path):
    path = changed(SEQUENTIAL, tmp_path / "bomb.keras", config=b" " * (2**26 + 1))
    assert path.stat().st_size < 200_000
    assert "has a configuration of 67,108,865 bytes; allowed are 67,108,864" in refusal(path)


@pytest.mark.parametrize("member", ["config", "model", "whole"])
def test_a_damaged_file_ends_in_one_line_or_in_a_network(tmp_path, member):
    """Bytes that change within a member are not seen by the archive's own sums."""
    random = np.random.default_rng(0)
    path = tmp_path / "damaged.keras"
    for number in range(12):
        content = SEQUENTIAL.read_bytes()
        if member != "whole":
            content = members(SEQUENTIAL)["config.json" if member == "config" else ARRAYS]
        damaged = bytearray(content)
        if number % 4 == 0:
            del damaged[int(random.integers(len(damaged))) :]
        else:
            for place in random.integers(len(damaged), size=2**number % 63):
                damaged[place] = random.integers(256)
        if member == "whole":
            path.write_bytes(damaged)
        else:
            changed(SEQUENTIAL, path, **{member: bytes(damaged)})
        try:
            network = as_target(path)
        except UserError as error:
            assert "\n" not in str(error)
        else:
            assert network.output_shape == (None, 3)
