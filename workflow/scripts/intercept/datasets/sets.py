"""The sets that a study has, made of the parts that are read."""

from collections.abc import Iterator, Mapping
from typing import Any

from intercept.datasets import remarks
from intercept.datasets.cache import ImageSet
from intercept.datasets.reading import Reading
from intercept.runtime.errors import UserError

LEAST_SIZE = 11  # pixels: the window of structural similarity, which is computed much later


def join_sets(reading: Reading) -> tuple[dict[str, ImageSet], dict[str, list[str]]]:
    """The ``target``, the ``attacker`` and the ``evaluation`` set, and where each image is from.

    The target's has the images that train the network, and behind them those that validate it.

    Raises:
        UserError: the images are too small for structural similarity.
    """
    parts, names = reading.parts, reading.names
    height, width = parts["train"].images.shape[1:3]
    if min(height, width) < LEAST_SIZE:
        raise UserError(
            f"dataset: the images are {height}×{width} pixels (height × width), and structural "
            f"similarity, by which reconstructions are measured, needs at least "
            f"{LEAST_SIZE}×{LEAST_SIZE}; enlarge them, or choose others"
        )
    sets = {
        "target": parts["train"].followed_by(parts["validation"]),
        "attacker": parts["attacker"],
        "evaluation": parts["evaluation"],
    }
    return sets, {**names, "target": [*names["train"], *names["validation"]]}


def all_remarks(reading: Reading, described: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """What the user of the images is told of them, a sentence each.

    Args:
        reading: the images.
        described: what `intercept.datasets.cache.describe` says of each set.
    """
    yield from reading.remarks
    yield from remarks.blank_images(reading.parts, reading.names)
    yield from remarks.repeated_images(reading.parts, reading.names)
    yield from remarks.differing_sets(described)
