"""What a study hands to its readers that depends on a target's images, and what covers it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal


@dataclass(frozen=True)
class Published:
    """Something that readers get.

    Attributes:
        what: files and numbers.
        depends_on: the images that it was made of.
        covered_by: ``account``, the epsilons of the target; or ``nothing``.
        why: a sentence or two.
    """

    what: str
    depends_on: Literal["training images", "validation images"]
    covered_by: Literal["account", "nothing"]
    why: str


_NETWORK = (
    "target.h5, and what is made of it without these images: the device part and the server part "
    "as trained, activations, attacks and their measures"
)
# Published with every target, whatever its recipe.
NOT_COVERED = (
    Published(
        "server.h5 of every wire, and its fine_tuned_accuracy and character_accuracy",
        "training images",
        "nothing",
        "It is trained further on the training images without differential privacy; the last is of "
        "another server part, trained on them from the start.",
    ),
    Published(
        "loss and train_accuracy: in history.csv, training.json, summary.csv, TensorBoard's files "
        "and figures",
        "training images",
        "nothing",
        "They are computed on the training images without noise.",
    ),
    Published(
        "membership.json and audits.csv",
        "training images",
        "nothing",
        "How well losses tell training images from others is measured on both without noise.",
    ),
    Published(
        "figures/sample-target.webp, and on the page",
        "training images",
        "nothing",
        "They show the first training images as they are.",
    ),
    Published(
        "hash, range, mean, deviation and class counts of the target's images, and remarks that "
        "name some of them: in manifest.json, training.json and the page",
        "training images",
        "nothing",
        "They are taken from the images without noise. Who has all images but one can try "
        "candidates for the last against the hash.",
    ),
    Published(
        "the targets of other names and seeds",
        "training images",
        "nothing",
        "They learned from the same images. Each account is of one network alone: what several "
        "give away adds up, without limit where one had no differential privacy.",
    ),
    Published(
        "validation_loss, validation_accuracy, accuracies of the server part, majority_share",
        "validation images",
        "nothing",
        "They are measured on the validation images without noise.",
    ),
    Published(
        "intercepted.h5, server_as_trained.h5, activations.h5 and signals.h5 of wires whose "
        "defence is trained (sphere, codebook, shredder), and what is attacked behind it",
        "training images",
        "nothing",
        "Encoder, codewords, noise tensors and server part are trained on the training images "
        "without differential privacy.",
    ),
    Published(
        "defence.json of wires with noise or quantisation, and what is sent and attacked behind it",
        "validation images",
        "nothing",
        "The centre, the largest norm and the ranges are taken from the validation images without "
        "noise.",
    ),
)


def published(training: Mapping[str, Any], network_is_guaranteed: bool) -> list[dict[str, str]]:
    """List what a study publishes that depends on a target's training or validation images.

    Args:
        training: the record of the training: ``settings`` and ``steps``.
        network_is_guaranteed: whether the account of its network holds.

    Returns:
        The fields of a `Published` for each, the network first.
    """
    if not network_is_guaranteed:
        covered = Published(_NETWORK, "training images", "nothing", "See broken_conditions.")
    elif training["steps"]:
        covered = Published(_NETWORK, "training images", "account", "See epsilon.")
    else:
        covered = Published(
            _NETWORK, "training images", "account", "No step was taken: it depends on none of them."
        )
    listed = [covered, *NOT_COVERED]
    if training["settings"].get("stop_at_accuracy_of"):
        why = "The training stopped at an accuracy on the validation images."
        listed.insert(1, Published(_NETWORK, "validation images", "nothing", why))
    return [asdict(one) for one in listed]
