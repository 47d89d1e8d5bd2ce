"""Which trainings are audited; free of TensorFlow."""

from pydantic import Field

from intercept.settings import Model


class Audit(Model):
    """Trainings that are done once more, with canaries in them, to measure their epsilon."""

    targets: list[str] = Field(
        [],
        description="Names of targets of the recipes `dp-adam` and `post`, with clipping and "
        "noise. Each costs one more training for each seed, and changes nothing of the target "
        "itself.",
    )
    canaries: int = Field(
        1000,
        ge=20,
        description="Gradients whose presence is guessed. A thousand that are all told apart show "
        "an epsilon of 5.8 at most where nothing is taken for granted of the mechanism.",
    )
    mislabelled: int = Field(
        500,
        ge=0,
        description="Training images that get a false class in the audited training, to be guessed "
        "by an outsider from the loss of the finished network; at most a tenth of all are.",
    )
