"""The settings of a network that comes from a file."""

import hashlib
from typing import Annotated, ClassVar

from pydantic import Field

from intercept.training.settings import TargetSettings


class Settings(TargetSettings):
    """A network that was trained elsewhere."""

    recipe: ClassVar[str] = "model-file"

    model: str = Field(
        min_length=1,
        description="Path of a Keras file, `.keras` or `.h5`; relative to the working folder.",
        json_schema_extra={"allowed": "the path of a Keras file, .keras or .h5"},
    )
    allow_code: Annotated[
        tuple[Annotated[str, Field(min_length=1)], ...],
        Field(
            strict=False,
            description="Names of code in the file (Lambda layers, custom objects) that may run; "
            "other code is refused.",
        ),
    ] = ()

    def width_at(self, cut_layer: str) -> str:
        """Of the file's own."""
        return f"file-{hashlib.sha256(self.model.encode()).hexdigest()[:8]}"

    @property
    def code(self) -> tuple[str, ...]:
        """Names of code that the network's files may hold."""
        return self.allow_code
