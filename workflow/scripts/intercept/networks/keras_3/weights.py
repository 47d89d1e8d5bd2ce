"""The arrays of a Keras 3 file, each beside the variable that it is for."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

import h5py
import tensorflow as tf

from intercept.arrays.stored_arrays import arrays_below
from intercept.networks.keras_3.network import Stored
from intercept.runtime.errors import UserError

# States of generators of chance numbers, by which layers such as Dropout draw in training.
_OF_CHANCE = re.compile(r"(.*/)?seed_generator/vars/0")
_PARTS_OF_ATTENTION = ("query_dense", "key_dense", "value_dense", "output_dense")


def paired(
    path: str, file: h5py.File, stored: Iterable[Stored]
) -> list[tuple[h5py.Dataset, tf.Variable]]:
    """The array of each variable, unread; of what the file has of a training nothing.

    Args:
        path: of the file, for messages.
        file: the opened ``model.weights.h5``.
        stored: of each layer, which is built.

    Raises:
        UserError: an array is missing, or of another shape, or nobody's.
    """
    if "layers" not in file:
        return list(_pairs({}, stored))
    found = {array.name: array for array in arrays_below(path, file["layers"])}
    pairs = list(_pairs(found, stored))
    for name in found:
        if not _OF_CHANCE.fullmatch(name):
            raise UserError(f"{path} holds an array of no layer, {name!r}; save the network again")
    return pairs


def assign(pairs: Iterable[tuple[h5py.Dataset, tf.Variable]], stored: Iterable[Stored]) -> None:
    """Give the variables the values of their arrays.

    Args:
        pairs: as `paired` gives them.
        stored: of the same network.
    """
    for array, variable in pairs:
        variable.assign(array[()].astype(variable.dtype.as_numpy_dtype))
    for one in stored:
        if isinstance(one.layer, tf.keras.layers.Normalization):
            one.layer.finalize_state()  # it computes with copies


def _pairs(
    found: dict[str, Any], stored: Iterable[Stored]
) -> Iterator[tuple[h5py.Dataset, tf.Variable]]:
    """Take the arrays of layers out of what was found."""
    for one in stored:
        for group, variables in _groups(one):
            for number, variable in enumerate(variables):
                name = f"/{group}/vars/{number}"
                array, shape = found.pop(name, None), tuple(variable.shape)
                if array is None or _said_name(array) not in (None, one.entry.name):
                    raise one.entry.refused(f"has no array {name!r}", "save the network again")
                if array.shape != shape or array.dtype.kind not in "fiu":
                    raise one.entry.refused(
                        f"has an array {name!r} of shape {array.shape} and type {array.dtype}, "
                        f"which should be {shape} and {variable.dtype.name}",
                        "save the network again",
                    )
                yield array, variable


def _said_name(array: h5py.Dataset) -> Any:
    """The name of the layer whose array it is; before Keras 3.6, and of parts, none is said."""
    parent = array.parent.parent.parent.name.rpartition("/")[2]
    return array.parent.attrs.get("name") if parent == "layers" else None


def _groups(one: Stored) -> Iterator[tuple[str, list[tf.Variable]]]:
    if isinstance(one.layer, tf.keras.layers.MultiHeadAttention):
        for part in _PARTS_OF_ATTENTION:
            layer = getattr(one.layer, f"_{part}")
            yield f"{one.group}/{part}", layer.weights
    else:
        yield one.group, one.layer.weights
