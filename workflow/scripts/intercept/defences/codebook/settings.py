"""The settings of a trained codebook."""

from typing import Annotated, ClassVar, Self

from pydantic import Field, model_validator

from intercept.defences.settings import PromisingSettings, TrainedSettings
from intercept.runtime.errors import UserError
from intercept.settings import Listed

_MOST_WORDS = 1024


class Settings(PromisingSettings, TrainedSettings):
    """A vector quantiser, trained for the classes.

    The device sends one of M codewords for an input, or one of M from each of several codebooks.
    The choice of codewords, the codewords and the server part are trained together on the target's
    training images; the target's device part stays as it is. What can be promised follows from the
    number of messages, which is M to the power of the number of codebooks.
    """

    defence: ClassVar[str] = "codebook"
    strength: ClassVar[str] = "words"
    apart: ClassVar[frozenset[str]] = frozenset({"epsilon"})
    description: ClassVar[str] = (
        "the device sends one of a few codewords (words, in names and settings) for an input. The "
        "choice of codeword and the server part were trained together for the class."
    )

    words: Annotated[int | None, Listed("word_counts")] = Field(
        None,
        ge=2,
        le=_MOST_WORDS,
        description="Codewords of a codebook, M. There must be as many messages as the target has "
        "classes, or more. Needed where there is neither `identified` nor a goal.",
    )
    codebooks: int = Field(
        1,
        ge=1,
        description="Codebooks, of each of which a codeword is sent (product quantisation).",
    )

    epsilon: Annotated[float | None, Listed("epsilons")] = Field(
        None,
        gt=0,
        description="Of k-ary randomised response over the codewords: the input's own is sent "
        "with probability e^ε / (e^ε + M − 1), else any other, so that one reading is ε-locally "
        "differentially private. Left out, the input's own is always sent. For one codebook.",
    )

    @model_validator(mode="after")
    def _answers_of_one_codebook(self) -> Self:
        if self.epsilon is not None and self.codebooks > 1:
            raise ValueError(
                f"has epsilon with {self.codebooks} codebooks; randomised response is over the "
                "codewords of one: leave out epsilon, or set codebooks to 1"
            )
        return self

    @model_validator(mode="after")
    def _of_two_words(self) -> Self:
        if self.size < 2:
            raise ValueError(
                f"asks for {self.identified:g} among {self.among}, which not even 2 codewords in "
                f"each codebook promise; ask for {2**self.codebooks} / {self.among} or more"
            )
        return self

    @property
    def size(self) -> int:
        """Codewords of a codebook, M: as set, or the most that promise what is asked for."""
        if self.words is not None:
            return self.words
        from intercept.bounds.strength import most_messages  # SciPy, which a plan does not need

        assert self.identified is not None and self.among is not None
        messages = most_messages(self.identified, self.among, self.epsilon)
        sizes = range(_MOST_WORDS, 0, -1)
        return next((size for size in sizes if size**self.codebooks <= messages), 0)

    @property
    def messages(self) -> int:
        """How many different messages can be sent."""
        return self.size**self.codebooks

    def refuse_more_classes(self, classes: int) -> None:
        """Refuse training images of more classes than there are messages.

        Args:
            classes: how many these are of.

        Raises:
            UserError: there are fewer messages than classes.
        """
        if self.messages < classes:
            raise UserError(
                f"wires: codebook has {self.messages} messages ({self.codebooks} of {self.size} "
                f"codewords), and the target's training images have {classes} classes; set more "
                "words or more codebooks"
            )

    def describe(self) -> str:
        """As of the kind, and whether a codeword is answered at random."""
        answers = " In its place another codeword is sent at random (randomised response)."
        return super().describe() + (answers if self.epsilon is not None else "")

    @property
    def label(self) -> str:
        """``codebook-64``; with two codebooks ``codebook-2x8``; ``codebook-64-epsilon-2``."""
        books = f"{self.codebooks}x" if self.codebooks > 1 else ""
        chance = f"-epsilon-{self.epsilon:g}" if self.epsilon is not None else ""
        size = self.asked if self.words is None else self.words
        return f"{self.defence}-{books}{size}{chance}"
