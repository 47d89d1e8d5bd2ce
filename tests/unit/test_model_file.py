"""Keras files from elsewhere: nothing in them runs, and nothing too large is built."""

import json
import resource
import zipfile

import h5py
import numpy as np
import pytest
import tensorflow as tf
from keras_files import SHAPE, layers, network, refusal, saved

from intercept.networks import model_file
from intercept.runtime.errors import UserError

SUFFIXES = ("keras", "h5")


def edited(path, change):
    """The same file with another configuration, which `change` makes of the text of the old."""
    if path.suffix == ".h5":
        with h5py.File(path, "r+") as file:
            file.attrs["model_config"] = change(file.attrs["model_config"])
        return path
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    members["config.json"] = change(members["config.json"].decode()).encode()
    return rewritten(path, members)


def rewritten(path, members):
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_plain_file_is_loaded_as_it_was_saved(tmp_path, suffix):
    image = tf.keras.Input(SHAPE)
    x = layers.Conv2D(4, 3, padding="same", name="a")(image / 2.0)
    x = tf.nn.relu(x + layers.Conv2D(4, 1)(image))
    x = layers.BatchNormalization()(tf.concat([x, x[:, ::-1]], axis=-1))
    model = tf.keras.Model(image, layers.Dense(3)(layers.GlobalAveragePooling2D()(x)))
    model.compile("adam", tf.keras.losses.SparseCategoricalCrossentropy(), ["accuracy"])
    images = np.random.default_rng(0).random((4, *SHAPE), np.float32)
    model.fit(images, np.arange(4) % 3, verbose=0)
    path = saved(model, tmp_path / f"plain.{suffix}")
    model_file.check_fit(path)
    np.testing.assert_array_equal(
        model_file.load(path).predict(images, verbose=0), model.predict(images, verbose=0)
    )


@pytest.fixture
def marker(tmp_path):
    """A file that is there as soon as the code in a model has run."""
    return tmp_path / "code has run"


def wrapped(lambda_layer):
    return tf.keras.Sequential([tf.keras.Input((6, 6, 2)), lambda_layer])


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_harmless_archive_behind_code_does_not_hide_it(tmp_path, marker, suffix):
    """HDF5 may have an archive behind it, and is both; Keras takes it for one by its name."""
    code = f"lambda x: (open({str(marker)!r}, 'w').close(), x)[1]"
    bad = saved(network(layers.Lambda(eval(code), name="twice")), tmp_path / "code.h5")
    good = network()
    harmless = saved(good, tmp_path / "harmless.keras")
    both = tmp_path / f"both.{suffix}"
    both.write_bytes(bad.read_bytes() + harmless.read_bytes())
    assert h5py.is_hdf5(both) and zipfile.is_zipfile(both)
    marker.unlink(missing_ok=True)
    if suffix == "h5":
        assert "holds code, the Lambda layer 'twice'" in refusal(both)
    else:
        images = np.random.default_rng(0).random((4, *SHAPE), np.float32)
        expected = good.predict(images, verbose=0)
        np.testing.assert_array_equal(model_file.load(both).predict(images, verbose=0), expected)
    assert not marker.exists()


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("place", [lambda layer: layer, wrapped, layers.TimeDistributed])
def test_a_lambda_layer_is_refused_and_not_run(tmp_path, marker, suffix, place):
    code = f"lambda x: (open({str(marker)!r}, 'w').close(), x)[1]"
    layer = place(layers.Lambda(eval(code), name="twice"))
    path = saved(network(layer), tmp_path / f"code.{suffix}")
    marker.unlink()
    for function in (model_file.load, model_file.check_fit):
        message = refusal(path, function)
        assert "holds code, the Lambda layer 'twice', which was not run" in message
        assert "add 'twice' to allow_code" in message
        refusal(path, function, allowed=["another"])
    assert not marker.exists()

    # What was refused would have run: the same file, allowed.
    model_file.load(path, allowed=["twice"])
    assert marker.exists()


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_an_operation_that_does_more_than_compute_is_refused(tmp_path, suffix):
    image = tf.keras.Input(SHAPE)
    path = saved(tf.keras.Model(image, tf.math.abs(image)), tmp_path / f"op.{suffix}")
    edited(path, lambda text: text.replace('"math.abs"', '"io.write_file"'))
    assert "the operation 'tf.io.write_file'" in refusal(path)


def test_a_slice_that_names_another_operation_is_refused(tmp_path):
    """Keras runs whatever operation a slice's layer names."""
    image = tf.keras.Input(SHAPE)
    path = saved(tf.keras.Model(image, image[:, ::-1]), tmp_path / "op.h5")
    model_file.load(path)
    edited(path, lambda text: text.replace('"__operators__.getitem"', '"io.write_file"'))
    assert "the operation 'tf.io.write_file'" in refusal(path)


@pytest.mark.parametrize(
    "function",
    [
        "io.read_file",
        "py_function",
        "map_fn",
        "numpy_function",
        "compat.v1.py_func",
        "print",
        "saved_model.load",
        "while_loop",
        "raw_ops.ReadFile",
        "debugging.assert_equal",
    ],
)
def test_what_reads_writes_or_calls_is_refused(tmp_path, function):
    image = tf.keras.Input(SHAPE)
    path = saved(tf.keras.Model(image, tf.math.abs(image)), tmp_path / "op.h5")
    edited(path, lambda text: text.replace('"math.abs"', f'"{function}"'))
    assert f"the operation 'tf.{function}'" in refusal(path)


def test_layers_that_read_their_weights_when_they_are_built_are_loaded(tmp_path):
    """As EfficientNet begins."""
    image = tf.keras.Input((8, 8, 3))
    norm = layers.Normalization(axis=-1)
    x = layers.GlobalAveragePooling2D()(norm(layers.Rescaling(1 / 255)(image)))
    model = tf.keras.Model(image, layers.Dense(3)(x))
    norm.adapt(np.random.default_rng(0).random((9, 8, 8, 3), np.float32))
    path = saved(model, tmp_path / "norm.keras")
    model_file.check_fit(path)
    images = np.random.default_rng(1).random((4, 8, 8, 3), np.float32)
    np.testing.assert_allclose(model_file.load(path)(images), model(images), rtol=1e-5)


COMPUTING = {
    "resnet's preprocessing": tf.keras.applications.resnet50.preprocess_input,
    "densenet's preprocessing": tf.keras.applications.densenet.preprocess_input,
    "mobilenet's preprocessing": tf.keras.applications.mobilenet_v2.preprocess_input,
    "a constant first": lambda x: tf.constant([1.0, 2.0, 3.0]) - (2.0 / (1 + x)),
    "slices": lambda x: x[:, 1:, ..., ::-1][:, :, 2:4],
    "constants": lambda x: (x - tf.constant([1.0, 2.0, 3.0])) * np.float32([2.0, 3.0, 4.0]),
    "gathering": lambda x: tf.gather(x, [2, 0, 1], axis=-1),
    "standardisation": lambda x: tf.image.per_image_standardization(x),
    "a matrix": lambda x: tf.linalg.matmul(x, tf.ones((3, 2))),
    "a choice": lambda x: tf.where(x > 0.5, x, -x),
    "rolling": lambda x: tf.roll(tf.transpose(x, (0, 2, 1, 3)), 1, axis=1),
    "flipping": lambda x: tf.image.flip_left_right(tf.pad(x, [[0, 0], [1, 1], [0, 0], [0, 0]])),
}


@pytest.mark.parametrize("name", COMPUTING)
def test_what_computes_is_no_code(tmp_path, name):
    image = tf.keras.Input((8, 8, 3))
    x = layers.GlobalAveragePooling2D()(COMPUTING[name](image))
    model = tf.keras.Model(image, layers.Dense(3)(x))
    path = saved(model, tmp_path / "computes.h5")
    model_file.check_fit(path)
    images = np.random.default_rng(0).random((4, 8, 8, 3), np.float32)
    np.testing.assert_array_equal(model_file.load(path)(images), model(images))


def test_a_module_that_keras_would_import_is_refused(tmp_path):
    path = saved(network(), tmp_path / "module.keras")
    edited(
        path,
        lambda text: text.replace(
            '{"module": "keras.layers", "class_name": "Flatten"',
            '{"module": "os", "class_name": "system"',
        ),
    )
    assert "the custom object 'system'" in refusal(path)


def test_a_function_by_name_is_refused_unless_it_is_an_activation_of_keras(tmp_path):
    path = saved(network(), tmp_path / "function.keras")
    for name in ("get_file", "relu"):
        function = {"module": "builtins", "class_name": "function", "config": name}
        edited(
            path,
            lambda text, f=function: text.replace(
                '"activation": "relu"', f'"activation": {json.dumps(f)}'
            ),
        )
        if name == "get_file":
            assert "the custom object 'get_file'" in refusal(path)
            edited(path, lambda text, f=function: text.replace(json.dumps(f), '"relu"'))
    model_file.load(path)


LAYER = '''
import tensorflow as tf


class Twice(tf.keras.layers.Layer):
    """Doubles."""

    def call(self, x):
        return 2 * x
'''


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_custom_layer_is_used_if_it_is_allowed_and_found(tmp_path, monkeypatch, suffix):
    (tmp_path / "layers_of_mine.py").write_text(LAYER)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    from layers_of_mine import Twice

    model = network(Twice())
    path = saved(model, tmp_path / f"custom.{suffix}")
    assert "the custom object 'Twice'" in refusal(path)
    assert "my_layers.Twice" in refusal(path)
    images = np.random.default_rng(0).random((4, *SHAPE), np.float32)
    loaded = model_file.load(path, allowed=["layers_of_mine.Twice"])
    np.testing.assert_array_equal(
        loaded.predict(images, verbose=0), model.predict(images, verbose=0)
    )
    with pytest.raises(UserError, match=r"'nowhere\.Twice', which Python does not find"):
        model_file.load(path, allowed=["nowhere.Twice"])


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_layer_of_any_size_is_refused_before_it_takes_memory(tmp_path, suffix):
    path = saved(network(), tmp_path / f"large.{suffix}")
    edited(path, lambda text: text.replace('"units": 3', '"units": 300000000'))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    message = refusal(path, model_file.check_fit)
    assert "bytes of weights; allowed are 1,073,741,824" in message
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 500_000  # kilobytes


def test_an_output_of_any_size_is_refused(tmp_path):
    path = saved(network(layers.UpSampling2D(5)), tmp_path / "large.keras")
    edited(path, lambda text: text.replace('"size": [5, 5]', '"size": [500, 500]'))
    edited(path, lambda text: text.replace("[72", "[720000"))
    assert "holds arrays that are not its layers'" in refusal(path, model_file.check_fit)
    path = saved(
        tf.keras.Sequential(
            [tf.keras.Input(SHAPE), layers.UpSampling2D(5), layers.GlobalAveragePooling2D()]
        ),
        tmp_path / "wide.keras",
    )
    edited(path, lambda text: text.replace('"size": [5, 5]', '"size": [500, 500]'))
    assert "puts out 16,000,000 numbers for one image" in refusal(path, model_file.check_fit)


def test_arrays_that_claim_too_much_are_refused_unread(tmp_path):
    path = saved(network(), tmp_path / "claims.h5")
    with h5py.File(path, "r+") as file:
        file["model_weights"].create_dataset("huge", (10**6, 10**6), np.float32, chunks=True)
    assert "holds 4,000,000,000,956 bytes of weights" in refusal(path)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_arrays_of_other_layers_are_refused(tmp_path, suffix):
    path = saved(network(), tmp_path / f"other.{suffix}")
    edited(path, lambda text: text.replace('"filters": 2', '"filters": 5'))
    message = refusal(path, model_file.check_fit)
    assert "holds arrays that are not its layers': there is none of the shape" in message


@pytest.mark.parametrize("link", [h5py.SoftLink("/model_weights"), h5py.ExternalLink("b.h5", "/")])
def test_links_are_not_followed(tmp_path, link):
    path = saved(network(), tmp_path / "links.h5")
    with h5py.File(path, "r+") as file:
        file["model_weights"]["elsewhere"] = link
    assert "'elsewhere' leads elsewhere" in refusal(path)


def test_a_file_of_a_later_keras_is_refused_with_what_to_do(tmp_path):
    path = saved(network(), tmp_path / "new.keras")
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    members["metadata.json"] = json.dumps({"keras_version": "4.0.0"})
    assert "was written by Keras 4.0.0; allowed is Keras 2, or 3 as .keras" in refusal(
        rewritten(path, members)
    )
    members["../outside"] = b""
    with pytest.raises(ValueError, match=r"it holds \.\./outside"):
        model_file.load(rewritten(path, members))
