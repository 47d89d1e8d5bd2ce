"""The settings of recorded activations."""

from typing import ClassVar

from pydantic import Field

from intercept.settings import PathText
from intercept.training.settings import TargetSettings, width_of_file


class Settings(TargetSettings):
    """A device part that cannot be asked: images, and what it sent for each of them.

    There is no server part. The only place to cut is `output`. Since nothing can be asked,
    `augmentation.copies` has to be 0, and attackers that need gradients are not run.
    """

    recipe: ClassVar[str] = "recording"
    kind: ClassVar[str] = "recording"
    differentiable: ClassVar[bool] = False
    serves: ClassVar[bool] = False
    answers_any: ClassVar[bool] = False

    recording: PathText = Field(
        min_length=1,
        description="Path of an npz file or of HDF5, relative to the working folder, with "
        "`images`, [n, height, width, channels] or [n, height, width], and `activations`, [n, "
        "numbers] or [n, rows, columns, channels], floats. The images are those of the study, as "
        "uint8, uint16 or floats from 0 to 1, each once: the attacker's and the evaluation's, and "
        "behind a defence the target's.",
        json_schema_extra={"allowed": "the path of an npz file or of HDF5"},
    )

    def width_at(self, cut_layer: str) -> str:
        """Of the recording's own."""
        return width_of_file(self.recording)

    @property
    def files(self) -> list[str]:
        """That of the recording."""
        return [self.recording]
