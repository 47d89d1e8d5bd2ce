"""The settings of a command that computes activations."""

from pathlib import Path
from typing import Annotated, ClassVar

from pydantic import Field

from intercept.training.settings import TargetSettings, width_of_file


class Settings(TargetSettings):
    """A device part that is a program: it reads images, and writes what the device sends for them.

    There is no server part. The only place to cut is `output`. Attackers that need gradients are
    not run. The program runs with all rights of whoever starts the study.
    """

    recipe: ClassVar[str] = "command"
    kind: ClassVar[str] = "command"
    differentiable: ClassVar[bool] = False
    serves: ClassVar[bool] = False

    command: Annotated[
        tuple[Annotated[str, Field(min_length=1)], ...],
        Field(
            strict=False,
            min_length=1,
            description="The program and its arguments, run without a shell in the working folder, "
            "for each 256 images or fewer. Behind them stand two paths: of an npy file with the "
            "images, float32 [n, height, width, channels] from 0 to 1, and of the npy file that it "
            "is to write, with the activations, floats [n, numbers] or [n, rows, columns, "
            "channels].",
            json_schema_extra={"allowed": "a list of the program and its arguments"},
        ),
    ]
    seconds: int = Field(
        600, ge=1, description="How long it may take each time; then it is ended, and refused."
    )

    def width_at(self, cut_layer: str) -> str:
        """Of the command's own."""
        return width_of_file("\0".join(self.command))

    @property
    def files(self) -> list[str]:
        """What of it are files, such as a script: when they change, it is asked anew."""
        return [part for part in self.command if Path(part).is_file()]
