"""What figures of images have in common: reconstructions under what they should show."""

from collections.abc import Sequence

import numpy as np

from intercept.datasets import cache
from intercept.report.figures.sheet import Block, Row
from intercept.report.figures.source import Source

SHOWN = 16  # images of a set: as many as the post shows

Rebuilt = Sequence[tuple[str, np.ndarray]]


def evaluation_images(source: Source) -> cache.ImageSet:
    """The images that attacks are judged on."""
    return cache.read(source.files["evaluation"], source.manifest["sets"]["evaluation"])


def block(originals: np.ndarray, rows: Rebuilt, title: str = "") -> Block:
    """Images, and under them what was rebuilt.

    Args:
        originals: float [n, height, width], or with channels, 0 to 1, n >= 1; at most 16
            are shown, on the top row.
        rows: one (label, images) for each further row, the images in the order and the shape of
            `originals`; values outside 0 to 1 are clipped.
        title: over the rows; "" for none.
    """
    below = (Row(label, images[:SHOWN]) for label, images in rows)
    return Block([Row("original", originals[:SHOWN]), *below], title)
