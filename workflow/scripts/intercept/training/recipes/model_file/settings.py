"""The settings of a network that comes from a file."""

from pathlib import PurePath
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import (
    Field,
    ValidationError,
    ValidatorFunctionWrapHandler,
    field_validator,
    model_validator,
)

from intercept.settings import Model, PathText
from intercept.training.settings import TargetSettings, width_of_file

KINDS = {".onnx": "onnx", ".tflite": "tflite"}
"""Of files that are not of Keras, by the end of their names."""

Preset = Literal["none", "tf", "caffe", "torch"]
Range = Annotated[tuple[float, float], Field(strict=False)]

FROM_0_TO_1 = (0.0, 1.0)
"""The range of pixels that a network is given if nothing else is said."""

_PIXELS = (
    "the range that the network expects, such as [0, 255] or [-1, 1]; or mean and deviation, each "
    "a list of a number for each channel, of pixels from 0 to 1; or none, tf, caffe or torch, as "
    "preprocess_input of Keras' applications"
)


class Statistics(Model):
    """What is subtracted from pixels, and what they are then divided by, channel by channel."""

    mean: Annotated[
        tuple[Annotated[float, Field(ge=0, le=1)], ...],
        Field(strict=False, min_length=1, description="Of each channel, of pixels from 0 to 1."),
    ]
    deviation: Annotated[
        tuple[Annotated[float, Field(gt=0, le=1)], ...],
        Field(strict=False, min_length=1, description="Of each channel, of pixels from 0 to 1."),
    ]

    @model_validator(mode="after")
    def _of_as_many_channels(self) -> Self:
        if len(self.mean) != len(self.deviation):
            raise ValueError("has another number of means than of deviations")
        return self


class Settings(TargetSettings):
    """A network that was trained elsewhere."""

    recipe: ClassVar[str] = "model-file"

    model: PathText = Field(
        min_length=1,
        description="Path of a Keras file, `.keras` or `.h5`, or of ONNX, `.onnx`, or "
        "TFLite, `.tflite`; relative to the working folder.",
        json_schema_extra={"allowed": "the path of a .keras, .h5, .onnx or .tflite file"},
    )
    pixels: Preset | Range | Statistics = Field(
        FROM_0_TO_1,
        description="What the network expects of pixels. The images of a study are from 0 to 1; "
        "the network is given them so. `none` is for networks that begin with a rescaling of their "
        "own, from 0 to 255.",
        json_schema_extra={"allowed": _PIXELS},
    )
    allow_code: Annotated[
        tuple[Annotated[str, Field(min_length=1)], ...],
        Field(
            strict=False,
            description="Names of code in the file (Lambda layers, custom objects) that may run; "
            "other code is refused.",
        ),
    ] = ()

    device_alone: bool = Field(
        False,
        description="The file has the device part alone: it is cut at `output`, what it puts out "
        "is sent, and no accuracy is known.",
    )

    @field_validator("pixels", mode="wrap")
    @classmethod
    def _one_of_three_forms(cls, value: Any, handler: ValidatorFunctionWrapHandler) -> Any:
        try:
            found = handler(value)
        except ValidationError:
            raise ValueError(_PIXELS) from None
        if isinstance(found, tuple) and found[0] >= found[1]:
            raise ValueError("a range whose second end is above the first")
        return found

    @model_validator(mode="after")
    def _code_of_keras_alone(self) -> Self:
        if self.allow_code and not self.differentiable:
            raise ValueError(
                "has allow_code, which is for Keras files; in others no code is allowed: leave it "
                "out"
            )
        return self

    @property
    def serves(self) -> bool:
        """Whether the file has a server part, too."""
        return not self.device_alone

    @property
    def differentiable(self) -> bool:
        """Whether it is of Keras, by its name."""
        return self.kind is None

    @property
    def kind(self) -> str | None:
        """What the file is, by the end of its name: of `intercept.devices`, or None of Keras."""
        return KINDS.get(PurePath(self.model).suffix.lower())

    @property
    def files(self) -> list[str]:
        """That of its network."""
        return [self.model]

    def width_at(self, cut_layer: str) -> str:
        """Of the file's own."""
        return width_of_file(self.model)

    @property
    def code(self) -> tuple[str, ...]:
        """Names of code that the network's files may hold."""
        return self.allow_code
