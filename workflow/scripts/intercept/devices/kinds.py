"""The kinds of networks that are not of Keras; free of TensorFlow, but for those that need it."""

from intercept.devices.interface import Network
from intercept.runtime.errors import UserError


def of_kind(
    kind: str, content: bytes, path: str, image_shape: tuple[int, int, int] | None = None
) -> Network:
    """The network of some bytes.

    Args:
        kind: what they are.
        content: of a file, or as a `Network` has them.
        path: of the file, for messages.
        image_shape: (height, width, channels) of the images of the study, for networks that take
            any size; None where they are as a `Network` has them.

    Raises:
        UserError: they are not whole, or hold what is not allowed.
    """
    if kind == "onnx":
        from intercept.devices.onnx_file import OnnxNetwork  # only where it is needed

        return OnnxNetwork(content, path, image_shape)
    if kind == "tflite":
        from intercept.devices.tflite_file import TfliteNetwork

        return TfliteNetwork(content, path, image_shape)
    if kind == "command":
        from intercept.devices.command import CommandNetwork

        return CommandNetwork(content, path)
    if kind == "recording":
        from intercept.devices.recording_file import RecordingNetwork

        return RecordingNetwork(content, path, image_shape)
    raise UserError(f"{path} is of the kind {kind!r}: delete it and run the same command again")
