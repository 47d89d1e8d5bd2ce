"""The settings of a trained codebook."""

from typing import Annotated, ClassVar

from pydantic import Field

from intercept.defences.settings import TrainedSettings
from intercept.runtime.errors import UserError
from intercept.settings import Listed


class Settings(TrainedSettings):
    """A vector quantiser, trained for the classes.

    The device sends one of M words for an input, or one of M from each of several codebooks. The
    choice of words, the words and the server part are trained together on the target's training
    images; the target's device part stays as it is. What can be promised follows from the number of
    messages, which is M to the power of the number of codebooks.
    """

    defence: ClassVar[str] = "codebook"

    words: Annotated[int, Listed("word_counts")] = Field(
        ge=2,
        le=1024,
        description="Words of a codebook, M. There must be as many messages as the target has "
        "classes, or more.",
    )
    codebooks: int = Field(
        1, ge=1, description="Codebooks, of each of which a word is sent (product quantisation)."
    )

    @property
    def messages(self) -> int:
        """How many different messages can be sent."""
        return self.words**self.codebooks

    def refuse_more_classes(self, classes: int) -> None:
        """Refuse training images of more classes than there are messages.

        Args:
            classes: how many these are of.

        Raises:
            UserError: there are fewer messages than classes.
        """
        if self.messages < classes:
            raise UserError(
                f"wires: codebook has {self.messages} messages ({self.codebooks} of {self.words} "
                f"words), and the target's training images have {classes} classes; set more words "
                "or more codebooks"
            )

    @property
    def label(self) -> str:
        """``codebook-64``, or with two codebooks of 8 words ``codebook-2x8``."""
        books = f"{self.codebooks}x" if self.codebooks > 1 else ""
        return f"{self.defence}-{books}{self.words}"
