"""Settings that attackers share; free of TensorFlow, so that a dry run can check them."""

from dataclasses import dataclass
from typing import ClassVar

from intercept.settings import NamedSettings


@dataclass(frozen=True, kw_only=True)
class AttackerSettings(NamedSettings):
    """What every attacker has.

    Attributes:
        attacker: its name in the configuration.
        rebuilds: whether its answer to an activation is an image; otherwise it is something to
            compare with the activations of candidate images.
        links: whether its answers are assigned to the candidates jointly, each candidate to one
            answer, where others are compared with the candidates one answer at a time.
        judges_itself: whether it answers the attacker's own images by what has not learned their
            labels, which tells how well it does on what it has not seen.
        needs_prior: whether it uses the generative models of the attacker's images.
        memory_mb: what an attack on Omniglot takes at most.
        description: what the page says of it behind its name, as plain text.
    """

    section: ClassVar[str] = "attackers"
    noun: ClassVar[str] = "attacker"
    attacker: ClassVar[str]
    rebuilds: ClassVar[bool] = True
    links: ClassVar[bool] = False
    judges_itself: ClassVar[bool] = True
    needs_prior: ClassVar[bool] = False
    memory_mb: ClassVar[int] = 3000
    description: ClassVar[str] = ""

    @property
    def starts_at(self) -> str | None:
        """The attacker whose answers this one begins with; None if it needs no other."""
        return None


@dataclass(frozen=True, kw_only=True)
class TrainedSettings(AttackerSettings):
    """What attackers that train a network have.

    Attributes:
        epochs: passes over the attacker's images, at least 1.
        batch_size: images in a step, at least 1.
        learning_rate: Adam's, above 0.

    Raises:
        UserError: a value is out of its range.
    """

    epochs: int
    batch_size: int = 32
    learning_rate: float = 0.001

    def __post_init__(self) -> None:
        self.require("epochs", self.epochs >= 1, "1 or more")
        self.require("batch_size", self.batch_size >= 1, "1 or more")
        self.require("learning_rate", self.learning_rate > 0, "above 0")
