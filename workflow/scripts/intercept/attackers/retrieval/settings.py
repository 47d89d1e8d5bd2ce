"""The settings of retrieval: there are none."""

from dataclasses import dataclass
from typing import ClassVar

from intercept.attackers.settings import AttackerSettings


@dataclass(frozen=True, kw_only=True)
class Settings(AttackerSettings):
    """Ranks a gallery of candidates by the activations that they would give."""

    attacker: ClassVar[str] = "retrieval"
    rebuilds: ClassVar[bool] = False
