"""What all settings share: models that are checked when they are made; free of TensorFlow."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePath
from typing import Annotated, Any, ClassVar, Self

from pydantic import AfterValidator, BaseModel, ConfigDict


def _spelt_alike(path: str) -> str:
    """Without ``./``, doubled and final slashes, so that one path is one parameter of a job.

    ``..`` stays: behind a link it leads elsewhere.
    """
    return str(PurePath(path)) if path else path


PathText = Annotated[str, AfterValidator(_spelt_alike)]


class Model(BaseModel):
    """Named values, each with its type, range, default and meaning in its `Field`.

    Unknown names are refused, and so is a value of another type: 2.0 is no whole number, true is
    no number, and neither are .inf and .nan. A field's validator raises ValueError with what is
    allowed, a model's with a whole sentence.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


@dataclass(frozen=True)
class Listed:
    """Marks a setting for which a list may be given, each value of which makes a case of its own.

    Attributes:
        key: the list's name in the configuration.
    """

    key: str


class NamedSettings(Model):
    """Settings of something that a configuration names.

    Attributes:
        noun: what is named; the attribute of that name has the name.
        apart: settings with a list that may stand beside any other; those that are not named here
            are alternatives to one another.
    """

    noun: ClassVar[str]
    apart: ClassVar[frozenset[str]] = frozenset()

    def as_params(self) -> dict[str, Any]:
        """The settings as one sorted dict of plain values, which Snakemake can compare."""
        return dict(sorted({self.noun: getattr(self, self.noun), **self.model_dump()}.items()))

    def changed(self, **values: Any) -> Self:
        """The same settings with some other values.

        Raises:
            pydantic.ValidationError: a value is out of its range.
        """
        return type(self)(**{**self.model_dump(), **values})

    @classmethod
    def lists(cls) -> Mapping[str, str]:
        """The settings for which a list may be given, by the list's name."""
        return {
            mark.key: name
            for name, field in cls.model_fields.items()
            for mark in field.metadata
            if isinstance(mark, Listed)
        }
