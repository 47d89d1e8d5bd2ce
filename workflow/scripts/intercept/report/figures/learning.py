"""How targets and attackers learned, by epochs or steps: panels with a line for each target."""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullLocator, PercentFormatter

from intercept.arrays.stored_images import StoredImages
from intercept.datasets import cache
from intercept.report.figures.source import Source
from intercept.report.style import GREY, Look, legend_below, new_figure, series, styled

_PANEL = (3.4, 2.9)  # inches
_ACROSS = 4  # panels side by side
_REFERENCE: Look = {"color": GREY, "linestyle": (0, (5, 3)), "linewidth": 1.1}


class Measure(NamedTuple):
    """What a panel shows over the epochs or steps.

    Attributes:
        title: over the panel.
        label: of its vertical axis.
        logarithmic: whether that is; else it begins at 0 and counts per cent.
    """

    title: str
    label: str
    logarithmic: bool = False


CURVES: Mapping[str, Mapping[str, Measure]] = {
    "training": {
        "train_accuracy": Measure("training set", "Accuracy"),
        "validation_accuracy": Measure("validation set", "Accuracy"),
    },
    "attackers": {
        "mse": Measure("images it learns from", "MSE (log scale)", logarithmic=True),
        "held_out_mse": Measure("images held out", "MSE (log scale)", logarithmic=True),
    },
    "improvement": {
        "share": Measure("activations", "Matching loss, share of the start's"),
        "reciprocal_rank": Measure("images held out", "Mean reciprocal rank"),
    },
}
"""The measures of each kind of history, by its columns."""


def _error_of_the_mean(own: StoredImages) -> float:
    """What answering with the mean image scores, the mean squared error over all pixels."""
    mean = own.mean_image()
    squares = (np.square(own[batch] - mean, dtype=np.float64).sum() for batch in own.batches())
    return sum(squares) / math.prod(own.shape)


def draw(source: Source) -> Figure:
    """One of `CURVES`, the attackers' with the errors of the mean image."""
    curves, references = source.names["curves"], {}
    histories = source.joined("training_histories" if curves == "training" else "histories")
    if curves == "attackers":
        own = cache.read(source.files["attacker"], source.manifest["sets"]["attacker"]).images
        references["mse"] = _error_of_the_mean(own)
        references["held_out_mse"] = source.table("summary")["held_out_mean_image_mse"].mean()
    if curves == "improvement":
        histories = with_share(histories)
        references["share"] = 1.0
    return learning(histories, curves, source.names["targets"], references)


def with_share(histories: pd.DataFrame) -> pd.DataFrame:
    """Add the activation-matching loss as a share of that of step 0, NaN where that is 0."""
    ordered = histories.sort_values("step", kind="stable")
    attacks = ordered.groupby(["target", "seed", "wire", "attacker"])
    start = attacks["matching_loss"].transform("first")
    return ordered.assign(share=(ordered["matching_loss"] / start).where(start > 0))


def learning(
    histories: pd.DataFrame,
    curves: str,
    targets: Sequence[str],
    references: Mapping[str, float],
) -> Figure:
    """Draw a panel for each wire, attacker and measure that has values, a line for each seed.

    Panels with one label have one scale.

    Args:
        histories: a row for each target, seed and epoch or step, of attacks also for each wire
            and attacker, with the columns of `CURVES[curves]` that are known.
        curves: a key of `CURVES`.
        targets: all of the study, in its order, which gives each its colour.
        references: by column, a value of the mean image or of the start, drawn as a dashed line.

    Raises:
        ValueError: no measure has a value.
    """
    panels = list(_panels(histories, curves))
    if not panels:
        raise ValueError("no history has an epoch or a step to draw")
    across = min(_ACROSS, len(panels))
    down = -(-len(panels) // across)
    over = "step" if curves == "improvement" else "epoch"
    with styled():
        figure = new_figure(max(across, 1.6) * _PANEL[0], down * _PANEL[1])
        grid = figure.subplots(down, across, squeeze=False).ravel()
        for axes in grid[len(panels) :]:
            axes.remove()
        first: dict[str, Axes] = {}  # panel of each scale
        for axes, (_, column, _) in zip(grid, panels, strict=False):
            scale = CURVES[curves][column].label
            if first.setdefault(scale, axes) is not axes:
                axes.sharey(first[scale])
        for axes, (title, column, rows) in zip(grid, panels, strict=False):
            _lines(axes, rows, targets, over, column)
            if column in references:
                axes.axhline(references[column], **_REFERENCE)
            axes.set_title(title)
            axes.set_xlabel(over.capitalize())
        for axes, (_, column, _) in zip(grid, panels, strict=False):
            _scale(axes, CURVES[curves][column])
        drawn = pd.concat([rows for *_, rows in panels])["target"].unique()
        keys = [
            Line2D([], [], label=target, **series(index))
            for index, target in enumerate(targets)
            if target in drawn
        ]
        if references:
            keys.append(
                Line2D([], [], label="start" if over == "step" else "mean image", **_REFERENCE)
            )
        legend_below(figure, keys)
    return figure


def _panels(histories: pd.DataFrame, curves: str) -> Iterator[tuple[str, str, pd.DataFrame]]:
    """Title, column and rows of each panel."""
    attacks = [name for name in ("wire", "attacker") if name in histories]
    several = attacks and histories["wire"].nunique() > 1
    parts = histories.groupby(attacks, sort=False) if attacks else [((), histories)]
    for place, rows in parts:
        for column, measure in CURVES[curves].items():
            if column in rows and rows[column].notna().any():
                names = [*place[::-1]] if several else [*place[1:]]
                yield (
                    "\n".join([", cut at ".join(map(str, names)), measure.title]).strip(),
                    column,
                    rows,
                )


def _lines(axes: Axes, rows: pd.DataFrame, targets: Sequence[str], over: str, column: str) -> None:
    """A line for each target and seed; those of several seeds are thinner."""
    look: Look = {"linewidth": 1.0, "alpha": 0.8} if rows["seed"].nunique() > 1 else {}
    for (target, _), one in rows.groupby(["target", "seed"], sort=False):
        known = one.dropna(subset=[column])
        every = max(1, len(known) // 8)  # a marker an eighth of the way keeps long curves clean
        of_target = series(targets.index(str(target))) | look
        axes.plot(known[over], known[column], markevery=every, **of_target)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1, steps=[1, 2, 5, 10]))
    axes.margins(x=0.02)


def _scale(axes: Axes, measure: Measure) -> None:
    axes.set_ylabel(measure.label)
    if measure.logarithmic:
        axes.set_yscale("log")
        axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        axes.yaxis.set_minor_locator(NullLocator())
    else:
        axes.set_ylim(bottom=0)
        axes.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
