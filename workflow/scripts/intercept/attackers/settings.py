"""The settings of each attacker; free of TensorFlow, so that a dry run can check them."""

from dataclasses import asdict, dataclass
from typing import Any

from intercept.errors import UserError


@dataclass(frozen=True)
class DecoderSettings:
    """A decoder's training.

    Attributes:
        epochs: passes over the attacker's images, at least 1.
        batch_size: images in a step, at least 1.
        learning_rate: Adam's, above 0.

    Raises:
        UserError: a value is out of its range.
    """

    epochs: int = 100
    batch_size: int = 32
    learning_rate: float = 0.001

    def __post_init__(self) -> None:
        for key, value, holds, allowed in (
            ("epochs", self.epochs, self.epochs >= 1, "1 or more"),
            ("batch_size", self.batch_size, self.batch_size >= 1, "1 or more"),
            ("learning_rate", self.learning_rate, self.learning_rate > 0, "above 0"),
        ):
            if not holds:
                raise UserError(f"attackers: {key} is {value!r}; allowed is {allowed}")

    def as_params(self) -> dict[str, Any]:
        """The settings as one sorted dict of plain values, which Snakemake can compare."""
        return dict(sorted(asdict(self).items()))


ATTACKERS = {"post": DecoderSettings}


def attacker_settings(attacker: str, **values: Any) -> DecoderSettings:
    """The settings of the attacker of that name, with its defaults where `values` has none.

    Raises:
        UserError: no such attacker, a setting that it has not, or a value out of range.
    """
    if attacker not in ATTACKERS:
        raise UserError(
            f"attackers: no attacker is called {attacker!r}; there is {', '.join(ATTACKERS)}"
        )
    settings = ATTACKERS[attacker]
    known = settings.__dataclass_fields__
    for key in values:
        if key not in known:
            raise UserError(
                f"attackers: {attacker!r} has no setting {key!r}; it has {', '.join(known)}"
            )
    return settings(**values)
