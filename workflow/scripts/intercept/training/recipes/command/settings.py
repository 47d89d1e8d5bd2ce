"""The settings of a command that computes activations."""

import os
import shutil
from pathlib import Path
from typing import Annotated, ClassVar

from pydantic import Field

from intercept.training.settings import TargetSettings, width_of_file

_WRITTEN = ("results", "logs", "data", ".snakemake")  # folders, in the working folder


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
        """What of it are files: when they change, it is asked anew.

        The program, wherever it is found; and what an argument names, whole or behind ``=``: a
        file, or a folder with all that lies in it.
        """
        first, *arguments = self.command
        values = [argument.partition("=")[2] for argument in arguments]
        named = [shutil.which(first) or first, *arguments, *values]
        return list(dict.fromkeys(file for one in filter(None, named) for file in _files(one)))


def _files(path: str) -> list[str]:
    """That file, or those of that folder; none if it is neither, or holds what a run writes."""
    if not os.path.isdir(path):
        return [path] if os.path.isfile(path) else []
    folder = Path(path).resolve()
    if any(Path(written).resolve().is_relative_to(folder) for written in _WRITTEN):
        return []
    found = []
    for place, folders, names in os.walk(path):
        folders[:] = sorted(one for one in folders if one != "__pycache__" and one[0] != ".")
        found += [os.path.join(place, name) for name in sorted(names) if name[0] != "."]
    return [file for file in found if os.path.isfile(file)]
