"""What a device part is asked for, and a network that is computed outside of TensorFlow's graph."""

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol, TypeVar

import h5py
import numpy as np


class Device(Protocol):
    """What maps images to activations, or activations to probabilities: a Keras model is one.

    Gradients can be had of Keras models alone.
    """

    @property
    def input_shape(self) -> tuple[Any, ...]:
        """Shape of a batch, the first side None."""

    @property
    def output_shape(self) -> tuple[Any, ...]:
        """Shape of what comes out for it."""

    def predict_on_batch(self, inputs: np.ndarray) -> np.ndarray:
        """float32 [n, ...] to float32 [n, ...], in inference mode."""

    def save(self, file: h5py.File) -> None:
        """Write it into an empty file."""


_CHANCE_IMAGES = 16

Tensor = TypeVar("Tensor", str, int)
Operator = TypeVar("Operator")

OUTPUT = "output"
"""Where a network is cut that is a device part alone: behind what it puts out."""


@dataclass(frozen=True)
class Place:
    """A tensor of a network behind which it can be cut.

    Attributes:
        name: of letters, digits, '.', '-', '_' and '@', as `cut_layers` of a configuration may
            have it.
        tensor: its own name in the file.
        shape: of one, without the batch.
        channels_first: whether a map has its channels before its rows and columns.
        bits: that each number takes as the network computes it.
    """

    name: str
    tensor: str
    shape: tuple[int, ...]
    channels_first: bool = False
    bits: int = 32

    @property
    def sent(self) -> tuple[int, ...]:
        """Shape of what is sent for one image, its channels last."""
        return (*self.shape[1:], self.shape[0]) if self.channels_first else self.shape


class Network(ABC):
    """A network of a file, which answers and cannot be differentiated.

    It is made of its `content` alone, which is looked at before any of it runs.

    Attributes:
        kind: names its class in results.
        content: the bytes of its file.
        takes: shape of one input, without the batch.
        gives: shape of what comes out for it.
        activation: of its last layer, such as ``softmax``; None where that is not known.
        answers_any: whether it answers to any input, and not to some alone.
        step: between two neighbouring values of its output, where that is of 8 bits; else 0.
        takes_range: the least and the largest number that its input holds, where that is of 8
            bits; else None.
    """

    kind: ClassVar[str]
    content: bytes
    takes: tuple[int, ...]
    gives: tuple[int, ...]
    activation: str | None = None
    answers_any: bool = True
    step: float = 0.0
    takes_range: tuple[float, float] | None = None

    @abstractmethod
    def compute(self, inputs: np.ndarray) -> np.ndarray:
        """float32 [n, *takes] to float32 [n, *gives]."""

    def ending(self) -> Place:
        """What it puts out, as the place where a device part alone is cut."""
        return Place(OUTPUT, OUTPUT, self.gives)

    @abstractmethod
    def places(self) -> Sequence[Place]:
        """Where it can be cut into a device part and a server part, from the image on."""

    def no_place(self, name: str) -> str:
        """Why there is no place of that name, as what the network is said to do or to have.

        Args:
            name: none of its `places`, nor the end of one.
        """
        return f"cannot be cut behind {name!r}: only what it puts out is known"

    @abstractmethod
    def cut(self, place: Place) -> tuple["Network", "Network | None"]:
        """The parts before and behind one of its `places`; None where there is nothing behind."""


AT_ITS_END = "its last layer, behind which nothing is left for the server"
AT_ITS_INPUT = "its input, before which nothing is computed on the device"
NEEDS_MORE = "what lies behind it needs the image or something earlier besides"


def unfit(shape: Sequence[int | None]) -> str | None:
    """Why what is put out for an image cannot cross the wire; None where it can.

    Args:
        shape: of it, without the batch.
    """
    if 0 in shape:
        return f"it puts out nothing ({list(shape)} numbers for an image)"
    if len(shape) in (1, 3):
        return None
    return (
        f"it puts out {list(shape)} for an image, which is neither a vector [numbers] nor a map "
        "[rows, columns, channels]"
    )


def ends_in(name: str, end: str) -> bool:
    """Whether a name is that one, or ends in it behind a "."."""
    return f".{name}".endswith(f".{end}")


def operators_between(
    result: Tensor,
    source: Tensor,
    image: Tensor,
    made_by: Mapping[Tensor, Operator],
    inputs_of: Callable[[Operator], Iterable[Tensor]],
) -> set[int] | None:
    """The operators of a graph that make a tensor of another.

    Args:
        result: what is made.
        source: of which it is made, beside weights.
        image: what the whole network takes.
        made_by: the operator that each tensor comes from; of weights there is none.
        inputs_of: the tensors that an operator takes.

    Returns:
        Their `id`; None where they need the image besides.
    """
    needed, waiting = set[int](), [result]
    while waiting:
        one = waiting.pop()
        if one == source:
            continue
        if one == image:
            return None
        operator = made_by.get(one)
        if operator is not None and id(operator) not in needed:
            needed.add(id(operator))
            waiting += inputs_of(operator)
    return needed


def chance_images(device: Device) -> np.ndarray:
    """Some images of chance pixels, float32 [16, height, width, channels] in [0, 1)."""
    sides = [side or 1 for side in device.input_shape[1:]]
    return np.random.default_rng(0).random((_CHANCE_IMAGES, *sides), np.float32)


def plain(name: str) -> str:
    """A tensor's name as a configuration and folders may have it."""
    return re.sub(r"[^A-Za-z0-9._@-]+", ".", name).strip(".")
