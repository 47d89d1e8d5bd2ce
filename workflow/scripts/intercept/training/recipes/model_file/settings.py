"""The settings of a network that comes from a file."""

import hashlib
from dataclasses import dataclass
from typing import ClassVar

from intercept.training.settings import TargetSettings


@dataclass(frozen=True, kw_only=True)
class Settings(TargetSettings):
    """A network that was trained elsewhere.

    Attributes:
        model: path of a Keras file, ``.keras`` or ``.h5``; relative to the working folder.
        allow_code: names of code in the file that may run; see `intercept.model_file`.
    """

    recipe: ClassVar[str] = "model-file"

    model: str
    allow_code: tuple[str, ...] = ()

    def width_at(self, cut_layer: str) -> str:
        """Of the file's own."""
        return f"file-{hashlib.sha256(self.model.encode()).hexdigest()[:8]}"

    @property
    def code(self) -> tuple[str, ...]:
        """Names of code that the network's files may hold."""
        return tuple(self.allow_code)
