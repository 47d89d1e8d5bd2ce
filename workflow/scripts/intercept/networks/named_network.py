"""The network of a Keras file that a target names, to be taken as it is or to be trained."""

from collections.abc import Callable, Sequence
from pathlib import Path

import tensorflow as tf

from intercept.networks import model_file
from intercept.networks.graph import is_graph
from intercept.runtime.errors import UserError, message_lines
from intercept.runtime.files import how_to_name

_OTHERS = {
    **dict.fromkeys((".pt", ".pth"), "PyTorch"),
    ".onnx": "ONNX",
    ".tflite": "TFLite",
}
"""Of files that are not of Keras, by the end of their names."""


def load_named(
    key: str,
    path: str | Path,
    allowed: Sequence[str],
    load_file: Callable[[str | Path, Sequence[str]], tf.keras.Model],
) -> tf.keras.Model:
    """Load the network of a file that a target names: whole, and from one input to one output.

    Args:
        key: of the target, which names the file.
        path: the Keras file.
        allowed: names of code that it may hold; see `intercept.networks.model_file.load`.
        load_file: `intercept.networks.model_file.load`, or what loads as it does, raising the same.

    Raises:
        UserError: there is no such file, it is a folder or of another kind by its name, not
            whole, does not say how its layers are connected, or has several inputs or outputs; or
            `intercept.networks.model_file.check_fit` or `load_file` refuses it.
    """
    _refuse_other_kinds(key, Path(path))
    try:
        model_file.check_fit(path, allowed)
        loaded = load_file(path, allowed)
    except FileNotFoundError as error:
        raise UserError(
            f"targets: {key} is {path!r}, and there is no such file; allowed is the path of a "
            f"Keras file: {how_to_name(path)}"
        ) from error
    except model_file.DAMAGED as error:
        raise UserError(
            f"targets: {key} {path} is not a whole Keras file ({message_lines(error)[0]}); "
            "allowed is what model.save wrote, as .keras or .h5"
        ) from error
    if not is_graph(loaded):
        raise UserError(
            f"targets: {path} does not say how its layers are connected; allowed is a functional "
            "network, or a sequential one with an Input"
        )
    if len(loaded.inputs) != 1 or len(loaded.outputs) != 1:
        raise UserError(
            f"targets: {path} has inputs: {len(loaded.inputs)}, outputs: {len(loaded.outputs)}; "
            "allowed is one of each"
        )
    return loaded


def _refuse_other_kinds(key: str, path: Path) -> None:
    """Refuse a file that is there and none of Keras by its name, or a folder."""
    if path.is_dir():
        raise UserError(
            f"targets: {key} is {str(path)!r}, which is a folder; allowed is a file: save the "
            "network as one, by model.save('network.keras')"
        )
    kind = _OTHERS.get(path.suffix.lower())
    if kind is None or not path.exists():
        return
    if key == "architecture":
        raise UserError(
            f"targets: {key} is {str(path)!r}, a file of {kind} by its name; allowed is a Keras "
            "file, .keras or .h5: make the network in Keras to train it here"
        )
    if kind == "PyTorch":
        raise UserError(
            f"targets: {key} is {str(path)!r}, a file of PyTorch by its name; allowed is what it "
            "exports: write .onnx by torch.onnx.export (From PyTorch, in docs/own-network.md)"
        )
