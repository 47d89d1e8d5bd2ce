"""A network that answers and cannot be differentiated, between two of Keras; and its file."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import h5py
import numpy as np
import tensorflow as tf

from intercept.arrays.hdf5 import whole_hdf5
from intercept.devices.activations import first_unusable
from intercept.devices.interface import Device, Network, Place, chance_images
from intercept.devices.kinds import of_kind
from intercept.networks.graph import calls, is_graph
from intercept.networks.model_file import load_network
from intercept.runtime.errors import UserError

_TOLERANCE = 1e-3  # of answers to the same image, in units of the largest
_IN_HALF_PRECISION = 1e-2  # where layers compute in 16 bits
_NO_NETWORK = "no network"  # an attribute of the file of a server part that is not there
_GROUP = "network"  # of a file, beside what is of Keras
_WORD = 4  # bytes, as all arrays in the file have, by which its size is told
_TO_LAST, _TO_FIRST = (2, 3, 1), (3, 1, 2)  # of channels, rows and columns


@dataclass(frozen=True, eq=False)
class Queried:
    """What is asked instead of differentiated, as images of a study need it.

    Attributes:
        before: what it is given to what the network takes.
        network: the network itself.
        after: what that puts out to what is wanted of it.
    """

    before: tf.keras.Model
    network: Network
    after: tf.keras.Model

    @classmethod
    def as_it_is(cls, network: Network) -> "Queried":
        """A network that takes images of the study and whose answers are what is wanted."""
        return cls(turned(network.takes, None, "before"), network, sent_by(network))

    @property
    def input_shape(self) -> tuple[int | None, ...]:
        """As of a Keras model."""
        return self.before.input_shape

    @property
    def output_shape(self) -> tuple[int | None, ...]:
        """As of a Keras model."""
        return self.after.output_shape

    def predict_on_batch(self, inputs: np.ndarray) -> np.ndarray:
        """float32 [n, ...] to float32 [n, ...]; see `Device`."""
        shown = self.before.predict_on_batch(inputs)
        return self.after.predict_on_batch(self.network.compute(shown))

    @property
    def answers_any(self) -> bool:
        """Whether it answers to any image, and not to some alone."""
        return self.network.answers_any

    def followed_by(self, transform: Callable[[tf.Tensor], tf.Tensor]) -> "Queried":
        """The same with something computed of what comes out, by Keras layers and operations."""
        after = tf.keras.Model(self.after.input, transform(self.after.output), name="after")
        return replace(self, after=after)

    def split(self, cut_layer: str) -> tuple["Queried", "Queried | None"]:
        """The device part, images to activations, and the server part, these to the output.

        There is no server part where the network is a device part alone.

        Maps that have their channels first are turned on the way, so that they come last.

        Args:
            cut_layer: the name of a place, or its end behind a "." if that is no other's.

        Raises:
            UserError: there is no such place, or there are several.
        """
        place = self.place(cut_layer)
        device, server = self.network.cut(place)
        received = turned(place.sent, _TO_FIRST if place.channels_first else None, "before")
        behind = Queried(received, server, self.after) if server else None
        return Queried(self.before, device, _turned_last(place)), behind

    def place(self, cut_layer: str) -> Place:
        """The place that a name means.

        Args:
            cut_layer: as for `split`.

        Raises:
            UserError: as `split`.
        """
        places = self.network.places()
        same = [one for one in places if one.name == cut_layer]
        ending = [one for one in places if one.name.endswith(f".{cut_layer}")]
        meant = same or ending
        if len(meant) == 1:
            return meant[0]
        if meant:
            why = f"has several {cut_layer!r}: {', '.join(one.name for one in meant)}"
        else:
            why = self.network.no_place(cut_layer)
        can = ", ".join(one.name for one in places) or "none, since it has no such place"
        raise UserError(f"cut_layers: the target {why}; allowed are {can}")

    def save(self, file: h5py.File) -> None:
        """Write it into an empty file; `load` reads it."""
        ends = [
            tf.keras.Model(model.input, model.output, name=name)
            for model, name in ((self.before, "before"), (self.after, "after"))
        ]
        inputs = [tf.keras.Input(end.input_shape[1:]) for end in ends]
        outputs = [end(one) for end, one in zip(ends, inputs, strict=True)]
        tf.keras.Model(inputs, outputs).save(file)
        group, content = file.create_group(_GROUP), self.network.content
        group.attrs["kind"], group.attrs["bytes"] = self.network.kind, len(content)
        padded = content + bytes(-len(content) % _WORD)
        group.create_dataset("content", data=np.frombuffer(padded, np.uint32))


def load(path: str | Path, allowed_code: Sequence[str] = ()) -> Device:
    """Load what a former stage wrote: a Keras model, or one that is `Queried`.

    Args:
        path: the file.
        allowed_code: as for `intercept.networks.model_file.load_network`.

    Raises:
        UserError: as `intercept.networks.model_file.load_network`, or the network in it is damaged.
    """
    ends = load_network(path, allowed_code)
    try:
        with h5py.File(path, "r") as file:
            if _GROUP not in file:
                return ends
            group = file[_GROUP]
            kind, content = str(group.attrs["kind"]), group["content"][:].tobytes()
            content = content[: int(group.attrs["bytes"])]
        before, after = (ends.get_layer(name) for name in ("before", "after"))
    except (OSError, KeyError, ValueError, TypeError, AttributeError) as error:
        raise UserError(
            f"{path} is not a whole network: delete it and run the same command again"
        ) from error
    return Queried(before, of_kind(kind, content, str(path)), after)


def load_server(path: str | Path, allowed_code: Sequence[str] = ()) -> Device | None:
    """Load a server part as `load` does; None where there is none.

    Raises:
        UserError: as `load`.
    """
    try:
        with h5py.File(path, "r") as file:
            if _NO_NETWORK in file.attrs:
                return None
    except OSError:
        pass  # said below
    return load(path, allowed_code)


def write(path: str | Path, device: Device | None) -> None:
    """Write a Keras model, or one that is `Queried`, as HDF5, whole or not at all.

    Args:
        path: the file.
        device: the network; None for a server part that is not there.

    Raises:
        UserError: the disk is full, or the folder cannot be written.
    """
    with whole_hdf5(path) as file:
        if device is None:
            file.attrs[_NO_NETWORK] = True
        else:
            device.save(file)


FEW = (0, 7)
"""Which of `chance_images` are asked for alone where asking may be slow."""


def refuse_other_answers(device: Device, name: str, alone: Iterable[int] = range(16)) -> None:
    """Refuse what gives an image another answer alone than beside others, or when asked again.

    Args:
        device: which answers to any image.
        name: what it is, for the message.
        alone: which of `chance_images` it is asked by themselves.

    Raises:
        UserError: the answers differ by more than a thousandth of the largest; or, where layers of
            Keras compute in 16 bits, by more than a hundredth; or some cannot be computed with.
    """
    images, chosen = chance_images(device), list(alone)
    together = device.predict_on_batch(images)[chosen]
    one_by_one = np.concatenate([device.predict_on_batch(images[k : k + 1]) for k in chosen])
    if unusable := first_unusable(one_by_one):
        raise UserError(
            f"targets: what {name} puts out for an image of chance pixels {unusable[1]}"
        )
    apart = np.abs(together - one_by_one).max()
    tolerance = _IN_HALF_PRECISION if _computes_in_16_bits(device) else _TOLERANCE
    if not apart <= tolerance * max(1, np.abs(one_by_one).max()):
        raise UserError(
            f"targets: {name} gives an image another answer alone than beside others, or each time "
            f"another (they differ by {apart:.3g}); allowed is a device that answers each image by "
            f"itself, always alike: {_how_to_steady(device)}"
        )


def _how_to_steady(device: Device) -> str:
    if isinstance(device, Queried):
        is_file = device.network.kind in ("onnx", "tflite")
        return "export the network in inference mode" if is_file else "mend the program"
    training = _in_training(device)
    which = f"the layer{'s' * (len(training) > 1)} {', '.join(training)}" if training else "layers"
    return f"build {which} without training=True, and save the network again"


def _in_training(device: Device) -> list[str]:
    """The layers of a Keras network that are called as in training."""
    if not is_graph(device):
        return []
    found = [
        call.layer.name
        for call in calls(device)
        if any(one is True for one in (*call.call_args[1:], call.call_kwargs.get("training")))
    ]
    return list(dict.fromkeys(found))


def _computes_in_16_bits(device: Device) -> bool:
    parts = getattr(device, "submodules", ())
    return any("16" in str(getattr(part, "compute_dtype", "")) for part in parts)


def sent_by(network: Network) -> tf.keras.Model:
    """From what a device part alone puts out to what is sent: maps with their channels last."""
    return _turned_last(network.ending())


def _turned_last(place: Place) -> tf.keras.Model:
    return turned(place.shape, _TO_LAST if place.channels_first else None, "after")


def turned(shape: Sequence[int | None], order: tuple[int, ...] | None, name: str) -> tf.keras.Model:
    """A model that puts the sides of its input into another order; None leaves it as it is."""
    inputs = tf.keras.Input(tuple(shape))
    layer = tf.keras.layers.Permute(order) if order else tf.keras.layers.Activation("linear")
    return tf.keras.Model(inputs, layer(inputs), name=name)
