"""A release: what the wire carries when a target is cut at a layer."""

from pathlib import Path

import h5py
import numpy as np
import tensorflow as tf

from intercept.errors import UserError
from intercept.hdf5 import whole_hdf5

_BATCH = 256
_ROLES = ("attacker", "evaluation")


def load_network(path: str | Path) -> tf.keras.Model:
    """Load a Keras model that a former stage wrote.

    Raises:
        UserError: the file is not a Keras model, or was cut short.
    """
    try:
        return tf.keras.models.load_model(path, compile=False)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise UserError(
            f"{path} is not a whole Keras model: delete it and run the same command again"
        ) from error


def observe(mobile: tf.keras.Model, images: np.ndarray) -> np.ndarray:
    """What the wire carries for each image.

    Args:
        mobile: the device part.
        images: float32 [n, height, width, channels] in [0, 1].

    Returns:
        float32 activations [n, ...], in inference mode.
    """
    return mobile.predict(images, batch_size=_BATCH, verbose=0)


def write_activations(path: str | Path, activations: dict[str, np.ndarray]) -> None:
    """Write the activations of the ``attacker`` and the ``evaluation`` images as HDF5."""
    with whole_hdf5(path) as file:
        for role in _ROLES:
            file.create_dataset(role, data=activations[role], compression="gzip")


def read_activations(path: str | Path, role: str) -> np.ndarray:
    """Read the activations, float32 [n, ...], of the ``attacker`` or the ``evaluation`` images.

    Raises:
        UserError: the file is damaged, or is not one of activations.
    """
    try:
        with h5py.File(path, "r") as file:
            return file[role][:]
    except (OSError, KeyError) as error:
        raise UserError(
            f"{path} is damaged or holds no {role} activations: "
            "delete it and run the same command again"
        ) from error
