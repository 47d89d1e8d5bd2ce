"""Images in rows and columns with words beside them, which several figures consist of."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from intercept.report.style import (
    FONT_POINTS,
    broken,
    new_figure,
    styled,
    text_width,
)

FRAME = "#BFBFBF"  # shows where white paper ends

# All in inches.
_CELL = 0.5  # one image
_GAP = 0.06  # between two
_LINE = 0.2  # a line of text
_PART = 0.22  # between two parts of a row
_BLOCK = 0.14  # between two blocks
_NOTE_POINTS = 8


@dataclass(frozen=True, eq=False)
class Row:
    """One row of images.

    Attributes:
        label: stands left of it.
        images: float [n, height, width], or with a last axis of channels, 0 to 1, n >= 1; values
            outside are clipped. Of channels other than 1 or 3 the mean is shown, as grey.
        notes: under each image; may be none.
    """

    label: str
    images: np.ndarray
    notes: Sequence[str] = ()


@dataclass(frozen=True, eq=False)
class Block:
    """Rows that belong together, the images that the others should show on top.

    Attributes:
        rows: at least one, all with as many images of one size.
        title: over the rows; "" for none.
    """

    rows: Sequence[Row]
    title: str = ""


def sheet(
    blocks: Sequence[Block],
    title: str,
    parts: Sequence[tuple[str, int]] = (),
) -> Figure:
    """Set blocks of images under one another.

    Where the mean of channels is shown, a line over the figure says so.

    Args:
        blocks: at least one.
        title: over the figure; "" for none.
        parts: heading and number of images of each part that every row falls into, from the left;
            none if rows are not divided.

    Raises:
        ValueError: there is no image, an array has another shape, or a row's differs from that of
            the block's first.
    """
    shown = [[(row, drawable(row.images)) for row in block.rows] for block in blocks]
    for rows in shown:
        for row, images in rows:
            if images.shape != rows[0][1].shape:
                raise ValueError(
                    f"row {row.label!r}: images of shape {images.shape} cannot stand under "
                    f"originals of shape {rows[0][1].shape}"
                )
    title = how_shown(title, blocks[0].rows[0].images)
    labels = [broken(row.label) for block in blocks for row in block.rows]
    left = max(text_width(line) for label in labels for line in label.split("\n")) + 3 * _GAP
    columns = max(images.shape[0] for rows in shown for _, images in rows)
    lefts = left + np.arange(columns) * (_CELL + _GAP)
    starts = np.cumsum([0, *(size for _, size in parts)])[:-1]
    for start in starts[1:]:
        lefts[start:] += _PART
    lines = title.split("\n") if title else []
    titles = len(lines) * 1.2 * _LINE + 2 * _GAP
    widest = max((text_width(line, 11) for line in lines), default=0)
    width = max(lefts[-1] + _CELL + 2 * _GAP, widest + 4 * _GAP)
    with styled():
        figure = new_figure(width, 1, layout=None)
        axes = figure.add_axes((0, 0, 1, 1))
        axes.axis("off")
        down = titles
        if parts:
            for start, (heading, size) in zip(starts, parts, strict=True):
                middle = (lefts[start] + lefts[start + size - 1] + _CELL) / 2
                axes.text(middle, down + _LINE / 2, heading, ha="center", va="center")
            down += _LINE + _GAP
        for number, (block, rows) in enumerate(zip(blocks, shown, strict=True)):
            down += _BLOCK if number else 0
            if block.title:
                axes.text(lefts[0], down + _LINE / 2, block.title, va="center", fontweight="bold")
                down += _LINE + _GAP
            down = _draw_rows(axes, rows, lefts, down)
        height = down + _GAP
        figure.set_figheight(height)
        axes.set(xlim=(0, width), ylim=(height, 0), autoscale_on=False, aspect="auto")
        if title:
            top = 1 - 2 * _GAP / height
            figure.suptitle(title, y=top, va="top", fontsize=11, fontweight="bold")
    return figure


def drawable(images: np.ndarray) -> np.ndarray:
    """Images as [n, height, width], or [n, height, width, 3], in 0 to 1; see `Row`.

    Raises:
        ValueError: there is no image, or the array has another shape.
    """
    images = np.asarray(images)
    if images.ndim == 4 and images.shape[-1] == 1:
        images = images[..., 0]
    if _merged(images):
        images = images.mean(axis=-1)
    colour = images.ndim == 4 and images.shape[-1] == 3
    if (images.ndim != 3 and not colour) or len(images) == 0:
        raise ValueError(
            "images must be [n, height, width] or [n, height, width, channels] with n >= 1, not "
            f"{images.shape}"
        )
    return np.clip(images, 0, 1)


def how_shown(title: str, images: np.ndarray) -> str:
    """A title, with a line that says so where images are shown by the mean of their channels."""
    if not _merged(images):
        return title
    line = f"Shown in grey: the mean of {images.shape[-1]} channels"
    return f"{title}\n{line}" if title else line


def _merged(images: np.ndarray) -> bool:
    """Whether images have channels other than one or three, of which the mean is shown."""
    return images.ndim == 4 and images.shape[-1] not in (1, 3)


def _draw_rows(
    axes: Axes, rows: Sequence[tuple[Row, np.ndarray]], lefts: np.ndarray, down: float
) -> float:
    """Draw a block from `down` and return where it ends."""
    for number, (row, images) in enumerate(rows):
        axes.text(
            lefts[0] - 2 * _GAP,
            down + _CELL / 2,
            broken(row.label),
            ha="right",
            va="center",
            fontsize=FONT_POINTS,
            fontweight="bold" if number == 0 else "normal",
        )
        for left, image in zip(lefts, images, strict=False):
            _draw_image(axes, image, left, down)
        down += _CELL + _GAP
        if row.notes:
            for left, note in zip(lefts, row.notes, strict=False):
                axes.text(
                    left + _CELL / 2,
                    down - _GAP / 2,
                    note,
                    ha="center",
                    va="top",
                    fontsize=_NOTE_POINTS,
                )
            down += 0.8 * _LINE
    return down


def _draw_image(axes: Axes, image: np.ndarray, left: float, top: float) -> None:
    """Draw an image in a square cell, as wide or as high as it."""
    height, width = np.array(image.shape[:2]) * _CELL / max(image.shape[:2])
    left, top = left + (_CELL - width) / 2, top + (_CELL - height) / 2
    axes.imshow(
        image,
        cmap="gray",
        vmin=0,
        vmax=1,
        extent=(left, left + width, top + height, top),
        aspect="auto",
    )
    axes.add_patch(
        Rectangle((left, top), width, height, facecolor="none", edgecolor=FRAME, linewidth=0.6)
    )
