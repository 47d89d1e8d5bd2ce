"""Figures of images: samples of the sets, and reconstructions under what they should show."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from intercept.report.figures.sheet import FRAME, Block, Row, drawable, sheet
from intercept.report.style import headline, new_figure, shown_epsilon, styled

SHOWN = 16  # images of a set: as many as the post shows

Rebuilt = Sequence[tuple[str, np.ndarray]]


@dataclass(frozen=True, eq=False)
class Extreme:
    """The reconstructions of one target's images that came out best, in the middle and worst.

    Attributes:
        label: names the target, and who attacked it.
        originals: float [3k, height, width, 1 or 3], 0 to 1: k of the best, k of the
            middle, k of the worst.
        rebuilt: of these, of the same shape.
        scores: float [3k], of each.
    """

    label: str
    originals: np.ndarray
    rebuilt: np.ndarray
    scores: np.ndarray


def target_label(target: str, privacy: Mapping[str, Any]) -> str:
    """What stands beside a target's images: its name and, trained with noise, its epsilon.

    Args:
        target: its name.
        privacy: its privacy record.
    """
    if not privacy["noise_multiplier"]:
        return target
    if privacy["claimed"]:
        return f"{target}\nε claimed: {shown_epsilon(privacy['claimed']['epsilon'])}"
    epsilon = privacy["epsilon"]["sampler_that_ran"]
    if epsilon is None:
        return f"{target}\nε unknown"
    holds = "" if privacy["network_is_guaranteed"] else ", not a guarantee"
    return f"{target}\nε = {shown_epsilon(epsilon)}{holds}"


def samples(images: np.ndarray, title: str, synthetic: bool) -> Figure:
    """Show the first images of one set in rows of eight.

    Args:
        images: float [n, height, width], or with 1 or 3 channels, 0 to 1, n >= 1;
            at most 16 are shown.
        title: what the set is.
        synthetic: whether the figure must say that its data are synthetic.

    Raises:
        ValueError: there is no image, or the array has another shape.
    """
    images = drawable(images)[:SHOWN]
    columns = min(8, len(images))
    rows = -(-len(images) // columns)
    with styled():
        figure = new_figure(max(columns, 4), rows + 0.35 + 0.2 * synthetic)
        grid = figure.subplots(rows, columns, squeeze=False).ravel()
        for axes, image in zip(grid, images, strict=False):
            axes.imshow(image, cmap="gray", vmin=0, vmax=1)
            axes.set(xticks=[], yticks=[])
            axes.grid(False)
            for spine in axes.spines.values():
                spine.set(visible=True, color=FRAME, linewidth=0.6)
        for axes in grid[len(images) :]:
            axes.remove()
        headline(figure, title, synthetic)
    return figure


def reconstructions(
    originals: np.ndarray, rows: Rebuilt, synthetic: bool, title: str = ""
) -> Figure:
    """Set reconstructions under the images that they should show.

    Args:
        originals: float [n, height, width], or with 1 or 3 channels, 0 to 1, n >= 1;
            at most 16 are shown, on the top row.
        rows: one (label, images) for each further row, the images in the order and the shape of
            `originals`; values outside 0 to 1 are clipped.
        synthetic: whether the figure must say that its data are synthetic.
        title: over the figure; "" for none.

    Raises:
        ValueError: there is no image, an array has another shape, or a row's differs from the
            originals'.
    """
    return sheet([_block("", originals, rows)], title, synthetic)


def by_attacker(
    blocks: Sequence[tuple[str, np.ndarray, Rebuilt]], title: str, synthetic: bool
) -> Figure:
    """Set what several attackers rebuild from one target under the images that they should show.

    Args:
        blocks: at least one (heading, originals, rows), the last two as for `reconstructions`.
        title: over the figure; "" for none.
        synthetic: whether the figure must say that its data are synthetic.

    Raises:
        ValueError: as for `reconstructions`.
    """
    return sheet([_block(*block) for block in blocks], title, synthetic)


def extremes(targets: Sequence[Extreme], score: str, title: str, synthetic: bool) -> Figure:
    """Show for each target the best, the median and the worst reconstructions.

    Args:
        targets: at least one, all with as many images.
        score: what the scores are, such as "SSIM"; more is better.
        title: over the figure; "" for none.
        synthetic: whether the figure must say that its data are synthetic.

    Raises:
        ValueError: as for `reconstructions`.
    """
    part = len(targets[0].scores) // 3
    parts = [(f"{name} by {score}", part) for name in ("best", "median", "worst")]
    blocks = [
        Block(
            [
                Row("original", target.originals),
                Row(
                    target.label,
                    target.rebuilt,
                    [f"{value:.2f}".replace("-", "−") for value in target.scores],
                ),
            ]
        )
        for target in targets
    ]
    return sheet(blocks, title, synthetic, parts)


def _block(title: str, originals: np.ndarray, rows: Rebuilt) -> Block:
    below = (Row(label, images[:SHOWN]) for label, images in rows)
    return Block([Row("original", originals[:SHOWN]), *below], title)
