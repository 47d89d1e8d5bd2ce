"""What the settings of recipes, attackers and defences share; free of TensorFlow."""

from dataclasses import asdict, dataclass
from typing import Any, ClassVar

from intercept.runtime.errors import UserError


@dataclass(frozen=True, kw_only=True)
class NamedSettings:
    """Settings of something that a configuration names.

    Attributes:
        section: of the configuration, for messages.
        noun: what is named; the attribute of that name has the name.
    """

    section: ClassVar[str]
    noun: ClassVar[str]

    def require(self, key: str, holds: bool, allowed: str) -> None:
        """Refuse the value of a setting unless `holds`.

        Raises:
            UserError: naming the section, the key, the value and what is allowed.
        """
        if not holds:
            value = getattr(self, key)
            raise UserError(f"{self.section}: {key} is {value!r}; allowed is {allowed}")

    def as_params(self) -> dict[str, Any]:
        """The settings as one sorted dict of plain values, which Snakemake can compare."""
        return dict(sorted({self.noun: getattr(self, self.noun), **asdict(self)}.items()))
