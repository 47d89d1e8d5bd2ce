"""What a Keras 3 file says of one layer, operation or network, and how it is refused."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import tensorflow as tf

from intercept.runtime.errors import UserError, message_lines

_INSTEAD = (
    "put something in its place that docs/own-network.md lists for Keras 3, and save the network "
    "again"
)

# What Keras 2 and TensorFlow raise where they cannot build what they are asked for.
_UNBUILDABLE = (
    *(ArithmeticError, AssertionError, AttributeError, LookupError, RuntimeError, TypeError),
    *(ValueError, tf.errors.OpError),
)

_WHERE = "Exception encountered when calling"  # a line before what Keras 2 has to say

_OF_LAYERS = ("keras.layers", "keras.src.layers")
_OF_OPERATIONS = ("keras.ops", "keras.src.ops")
_OF_MODELS = ("keras", "keras.models", "keras.src.models")
MODELS = ("Functional", "Model", "Sequential")


@dataclass(frozen=True)
class Entry:
    """A layer, an operation or a network, as the configuration has it.

    Attributes:
        path: of the file, for messages.
        name: by which the others of its network refer to it.
        kind: its class, such as ``Conv2D``.
        family: ``layer``, ``operation`` or ``network``.
        config: its settings.
        calls: what it is called with, one entry for each call.
    """

    path: str
    name: str
    kind: str
    family: str
    config: Mapping[str, Any]
    calls: list[Any]

    @classmethod
    def read(cls, path: str, written: Mapping[str, Any]) -> Self:
        """Take an entry of a configuration.

        Raises:
            UserError: it is code: a Lambda layer, or an object that is none of Keras' own.
            ValueError, KeyError, TypeError, AttributeError: the configuration is damaged.
        """
        config = written["config"]
        name = written.get("name") or config["name"]
        kind, module = written["class_name"], str(written.get("module"))
        if not (isinstance(name, str) and isinstance(kind, str)):
            raise TypeError("a layer's name or class is no text")
        family = _family(kind, module)
        if kind == "Lambda" or family is None or ">" in str(written.get("registered_name")):
            what = "Lambda layer" if kind == "Lambda" else "custom object"
            raise UserError(
                f"{path} holds code, the {what} {name if kind == 'Lambda' else kind!r}, and was "
                "written by Keras 3, of whose files no code is run, whatever allow_code says; "
                "build the network of Keras' own layers, or save it by Keras 2"
            )
        entry = cls(path, name, kind, family, dict(config), list(written.get("inbound_nodes", [])))
        if "shared_object_id" in written:
            raise entry.refused("is shared between networks")
        return entry

    def refused(self, what: str, instead: str = _INSTEAD) -> UserError:
        """The error that says what of this entry is not taken, and what to do instead."""
        return UserError(
            f"{self.path} was written by Keras 3; its {self.family} {self.name!r} ({self.kind}) "
            f"{what}: {instead}"
        )

    @contextmanager
    def building(self) -> Iterator[None]:
        """Say which entry it was if Keras 2 cannot build, or call, what was made of it."""
        try:
            yield
        except _UNBUILDABLE as error:
            raise self.refused(f"cannot be built in Keras 2 ({_cause(error)})") from error


def _cause(error: Exception) -> str:
    """The line of Keras' message that says what is wrong, and not where."""
    lines = [line for line in message_lines(error) if line.strip()]
    return next((line for line in lines if not line.startswith(_WHERE)), lines[0])


def _family(kind: str, module: str) -> str | None:
    def is_in(parents: tuple[str, ...]) -> bool:
        return any(module == one or module.startswith(f"{one}.") for one in parents)

    if kind in MODELS and module in _OF_MODELS + tuple(
        f"keras.src.models.{name}" for name in ("functional", "model", "sequential")
    ):
        return "network"
    if is_in(_OF_OPERATIONS):
        return "operation"
    return "layer" if is_in(_OF_LAYERS) else None


def plain(entry: Entry, key: str, value: Any) -> Any:
    """A setting that is a number, a text or nothing, or a list of these, arrays included.

    Args:
        entry: whose setting it is, for the message.
        key: of the setting.
        value: as it is written.

    Returns:
        The same, of which arrays are NumPy's.

    Raises:
        UserError: it is something else.
    """
    if isinstance(value, list):
        return [plain(entry, key, part) for part in value]
    if not isinstance(value, dict):
        return value
    written: Any = value.get("config")
    if value.get("class_name") in ("__numpy__", "__tensor__"):
        with entry.building():
            dtype = np.dtype(written["dtype"])
            if dtype.kind not in "fiub":  # before it takes memory
                raise TypeError(f"its {key} holds {dtype}")
            return np.array(written["value"], dtype)
    if value.get("class_name") == "__tuple__":
        return [plain(entry, key, part) for part in value.get("items", written)]
    raise entry.refused(f"has a {key} that is not known, {value.get('class_name')!r}")
