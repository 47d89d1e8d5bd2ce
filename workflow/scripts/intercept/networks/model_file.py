"""Keras files are untrusted: what one holds is looked at before any of it runs.

A file may carry code (the bytes of a Lambda layer's function, the name of any importable object or
of any TensorFlow operation, such as one that writes files) and may ask for more memory than there
is. Both are found in its configuration and in the headers of its arrays, which are plain data.
"""

import io
import json
import math
import sys
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import tensorflow as tf
from tensorflow.python.ops.resource_variable_ops import UninitializedVariable

from intercept.arrays.limits import LARGEST_OUTPUT, LARGEST_WEIGHTS
from intercept.arrays.stored_arrays import arrays_below
from intercept.networks.keras_3 import network, weights
from intercept.networks.model_code import code_in, refuse_code
from intercept.runtime.errors import UserError
from intercept.runtime.files import unreadable

# What reading or building raises where a file is damaged, or is no Keras file.
DAMAGED = (
    *(OSError, ValueError, LookupError, TypeError, AttributeError, ArithmeticError),
    *(RuntimeError, zipfile.BadZipFile, zlib.error),  # h5py says the first of what is unreadable
)
LARGEST_CONFIGURATION = 2**26  # bytes

_SMALL_VARIABLE = 2**20  # bytes of one that is built before its size is known to be right
_SMALL_VARIABLES = 2**28  # of all of these
_ARRAYS = "model.weights.h5"
_MEMBERS = ("config.json", "metadata.json", _ARRAYS)
_OF_TRAINING = (
    "metrics",
    "optimizer",
    "optimizer_weights",
)  # groups of arrays that are not the layers'


@dataclass(frozen=True)
class _Inspected:
    """What a file says of its network.

    Attributes:
        config: as Keras writes it.
        shapes: of the arrays.
        keras_3: whether that version wrote it.
    """

    config: dict[str, Any]
    shapes: list[tuple[int, ...]]
    keras_3: bool


def load(path: str | Path, allowed: Sequence[str] = ()) -> tf.keras.Model:
    """Load a Keras file without running code that it holds, unless that is allowed by name.

    Args:
        path: ``.keras`` or ``.h5``, by its content.
        allowed: names of code, as the messages give them: a Lambda layer by its name, an operation
            as ``tf.io.decode_raw``, a custom object by where Python finds it (``layers.Scale``),
            also in the working folder.

    Returns:
        The model, not compiled.

    Raises:
        UserError: the file holds code that is not allowed, or too much; it leads to other files,
            or is of another Keras than 2 and 3; or what is allowed is not found.
        one of `DAMAGED`: it is no Keras file, or is damaged.
    """
    found = _inspected(path, allowed)
    if found.keras_3:
        return _loaded_of_keras_3(path, found.config)
    return tf.keras.models.load_model(
        path,
        compile=False,
        custom_objects=_custom_objects(allowed),
        safe_mode=not any(code_in(found.config)),
    )


def load_network(path: str | Path, allowed_code: Sequence[str] = ()) -> tf.keras.Model:
    """Load a Keras model that a former stage wrote.

    Args:
        path: the file.
        allowed_code: names of code that it may hold; see `load`.

    Raises:
        UserError: the file is not a Keras model, was cut short, or holds code that is not allowed,
            or too much.
    """
    try:
        return load(path, allowed_code)
    except DAMAGED as error:
        raise unreadable(path, error) or UserError(
            f"{path} is not a whole Keras model: delete it and run the same command again"
        ) from error


def load_untrained(path: str | Path, allowed: Sequence[str] = ()) -> tf.keras.Model:
    """Build the network of a Keras file with fresh weights; those in the file are not read.

    Seeds in the file, as of initialisers, are left out: the weights follow from TensorFlow's seed.

    Args:
        path: as for `load`.
        allowed: as for `load`.

    Returns:
        The model, not compiled.

    Raises:
        UserError: as `load`.
        one of `DAMAGED`: as `load`.
    """
    found = _inspected(path, allowed)
    if found.keras_3:
        model, _ = network.build(str(path), found.config)
        return model
    return _built(_without_seeds(found.config), allowed)


def _without_seeds(config: Any) -> Any:
    if isinstance(config, list):
        return [_without_seeds(entry) for entry in config]
    if not isinstance(config, dict):
        return config
    return {key: None if key == "seed" else _without_seeds(v) for key, v in config.items()}


def check_fit(path: str | Path, allowed: Sequence[str] = ()) -> None:
    """Hold the arrays of a Keras file against its layers, with nothing of either in memory.

    Args:
        path: as for `load`.
        allowed: as for `load`.

    Raises:
        UserError: as `load`; or layers, or arrays, are too large, or the arrays are not those of
            the layers.
        one of `DAMAGED`: as `load`.
    """
    found = _inspected(path, allowed)
    with tf.variable_creator_scope(_sparing_memory()):
        if found.keras_3:
            model, stored = network.build(str(path), found.config)
        else:
            model = _built(found.config, allowed)
        wanted = sorted(tuple(weight.shape) for weight in model.weights)
        outputs = [(layer.name, shapes) for layer in model.layers for shapes in _put_out(layer)]
    _refuse_size(path, "asks for", wanted)
    if found.keras_3:
        with _arrays_of(path) as file:
            weights.paired(str(path), file, stored)
    elif wanted != sorted(found.shapes):
        raise UserError(
            f"{path} holds arrays that are not its layers': {_difference(wanted, found.shapes)}; "
            "save the network again"
        )
    for name, shapes in outputs:
        for shape in shapes if isinstance(shapes, list) else [shapes]:
            numbers = math.prod(side or 1 for side in shape[1:])
            if numbers > LARGEST_OUTPUT:
                raise UserError(
                    f"{path}: the layer {name!r} puts out {numbers:,} numbers for one image; "
                    f"allowed are {LARGEST_OUTPUT:,}: name a smaller network"
                )


def _put_out(layer: tf.keras.layers.Layer) -> list[Any]:
    """The shapes of what a layer puts out, each time that it is called."""
    called = len(layer.inbound_nodes)
    if called < 2:
        return [layer.output_shape]
    return [layer.get_output_shape_at(time) for time in range(called)]


def _sparing_memory() -> Callable[..., tf.Variable]:
    """A variable creator that leaves large variables, and all beyond a total size, without a value.

    Layers such as Normalization read theirs, which are small, when they are built.
    """
    known = ("name", "trainable", "synchronization", "aggregation", "shape", "dtype")
    spent = 0

    def made(creator: Callable[..., tf.Variable], **wanted: Any) -> tf.Variable:
        nonlocal spent
        numbers = math.prod(wanted.get("shape") or ())  # of a single number there is no shape
        size = numbers * np.dtype(np.float32).itemsize
        if size <= _SMALL_VARIABLE and spent + size <= _SMALL_VARIABLES:
            spent += size
            return creator(**wanted)
        return UninitializedVariable(**{key: wanted[key] for key in known if key in wanted})

    return made


def _loaded_of_keras_3(path: str | Path, config: dict[str, Any]) -> tf.keras.Model:
    model, stored = network.build(str(path), config)
    with _arrays_of(path) as file:
        weights.assign(weights.paired(str(path), file, stored), stored)
    return model


@contextmanager
def _arrays_of(path: str | Path) -> Iterator[h5py.File]:
    """The arrays of an archive."""
    with (
        zipfile.ZipFile(path) as archive,
        h5py.File(io.BytesIO(archive.read(_ARRAYS)), "r") as file,
    ):
        yield file


def _inspected(path: str | Path, allowed: Sequence[str]) -> _Inspected:
    """What `_read` gives, once it holds neither code that is not allowed nor too much.

    The code in files of Keras 3 is refused where these are translated.
    """
    found = _read(path)
    if not found.keras_3:
        refuse_code(path, found.config, allowed)
    _refuse_size(path, "holds", found.shapes)
    return found


def _read(path: str | Path) -> _Inspected:
    """The configuration, and the shapes of the weights; of these the headers alone."""
    # What is both is taken for what `load_model` will take it for.
    archive_alone = str(path).endswith(".keras") or not h5py.is_hdf5(path)
    if archive_alone and zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            return _read_archive(path, archive)
    with h5py.File(path, "r") as file:
        if "model_config" not in file.attrs:
            raise ValueError("it has weights alone, or is no Keras file")
        _refuse_version(path, file.attrs.get("keras_version", "2"), "2")
        shapes = [array.shape for array in arrays_below(path, file, _OF_TRAINING)]
        return _Inspected(json.loads(file.attrs["model_config"]), shapes, keras_3=False)


def _read_archive(path: str | Path, archive: zipfile.ZipFile) -> _Inspected:
    members = {member.filename: member for member in archive.infolist()}
    if sorted(members) != sorted(_MEMBERS):
        raise ValueError(f"it holds {', '.join(sorted(members)) or 'nothing'}")
    size = sum(member.file_size for member in members.values())
    if size > 2 * LARGEST_WEIGHTS:
        raise UserError(
            f"{path} unpacks to {size:,} bytes; allowed are {2 * LARGEST_WEIGHTS:,}: name a "
            "smaller network"
        )
    if members["config.json"].file_size > LARGEST_CONFIGURATION:
        raise UserError(
            f"{path} has a configuration of {members['config.json'].file_size:,} bytes; allowed "
            f"are {LARGEST_CONFIGURATION:,}: name a smaller network"
        )
    version = json.loads(archive.read("metadata.json"))["keras_version"]
    _refuse_version(path, version, "2", "3")
    config = json.loads(archive.read("config.json"))
    config.pop("compile_config", None)  # of loss and optimizer, which nobody asks for
    with h5py.File(io.BytesIO(archive.read(_ARRAYS)), "r") as file:
        shapes = [array.shape for array in arrays_below(path, file, _OF_TRAINING)]
    return _Inspected(config, shapes, keras_3=version.startswith("3."))


def _refuse_version(path: str | Path, version: str | bytes, *allowed: str) -> None:
    version = version.decode() if isinstance(version, bytes) else version
    if version.partition(".")[0] not in allowed:
        raise UserError(
            f"{path} was written by Keras {version}; allowed is Keras 2, or 3 as .keras: save it "
            f"so, or from TensorFlow {tf.__version__}, or by the package tf_keras"
        )


def _refuse_size(path: str | Path, verb: str, shapes: list[tuple[int, ...]]) -> None:
    size = sum(math.prod(shape) for shape in shapes) * np.dtype(np.float32).itemsize
    if size > LARGEST_WEIGHTS:
        raise UserError(
            f"{path} {verb} {size:,} bytes of weights; allowed are {LARGEST_WEIGHTS:,}: name a "
            "smaller network"
        )


def _difference(wanted: list[tuple[int, ...]], found: list[tuple[int, ...]]) -> str:
    missing = [shape for shape in wanted if wanted.count(shape) > found.count(shape)]
    if missing:
        return f"there is none of the shape {missing[0]}"
    return f"there is one of the shape {next(s for s in found if s not in wanted)}"


def _built(config: dict[str, Any], allowed: Sequence[str]) -> tf.keras.Model:
    """The model of a configuration, with the code in it that was allowed."""
    objects = _custom_objects(allowed)
    if "module" in config:  # the form of .keras files
        safe = not any(code_in(config))
        return tf.keras.utils.deserialize_keras_object(config, objects, safe_mode=safe)
    return tf.keras.models.model_from_json(json.dumps(config), objects)


def _custom_objects(allowed: Sequence[str]) -> dict[str, Any]:
    """The objects among what is allowed, by the names that Keras looks for."""
    found = {}
    for entry in allowed:
        module, _, name = entry.rpartition(".")
        if not module or module.partition(".")[0] == "tf":
            continue
        if str(Path.cwd()) not in sys.path:
            sys.path.append(str(Path.cwd()))
        try:
            found[name] = getattr(import_module(module), name)
        except (ImportError, AttributeError) as error:
            raise UserError(
                f"targets: allow_code has {entry!r}, which Python does not find ({error}); "
                "put its module into the working folder, or correct the name"
            ) from error
    return found
