"""The first images of one set: figures 1 to 3 of the post."""

import numpy as np
from matplotlib.figure import Figure

from intercept.datasets import cache
from intercept.report.figures.pictures import SHOWN
from intercept.report.figures.sheet import FRAME, drawable, how_shown
from intercept.report.figures.source import Source
from intercept.report.style import headline, new_figure, styled

_TITLES = {
    "target": "What the target learns from",
    "attacker": "What the attacker owns",
    "evaluation": "What crosses the wire",
}


def draw(source: Source) -> Figure:
    """The figure of one set."""
    role = source.names["role"]
    images = cache.read(source.files["images"], source.manifest["sets"][role]).images
    return samples(images, _TITLES[role])


def samples(images: np.ndarray, title: str) -> Figure:
    """Show the first images of one set in rows of eight.

    Args:
        images: float [n, height, width], or with channels, 0 to 1, n >= 1; at most 16 are
            shown.
        title: what the set is.

    Raises:
        ValueError: there is no image, or the array has another shape.
    """
    title = how_shown(title, images)
    images = drawable(images)[:SHOWN]
    columns = min(8, len(images))
    rows = -(-len(images) // columns)
    with styled():
        figure = new_figure(max(columns, 4), rows + 0.35 + 0.2 * title.count("\n"))
        grid = figure.subplots(rows, columns, squeeze=False).ravel()
        for axes, image in zip(grid, images, strict=False):
            axes.imshow(image, cmap="gray", vmin=0, vmax=1)
            axes.set(xticks=[], yticks=[])
            axes.grid(False)
            for spine in axes.spines.values():
                spine.set(visible=True, color=FRAME, linewidth=0.6)
        for axes in grid[len(images) :]:
            axes.remove()
        headline(figure, title)
    return figure
