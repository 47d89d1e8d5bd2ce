"""Leakage against training: what a network gives away after each of its checkpoints."""

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator, PercentFormatter

from intercept.report.figures.source import Source
from intercept.report.frontier import undefended
from intercept.report.rows import FLOOR, judged_groups
from intercept.report.strongest import strongest
from intercept.report.style import GREY, Look, headline, legend_below, new_figure, series, styled

_CHANCE: Look = {"color": GREY, "linestyle": (0, (5, 3)), "linewidth": 1.1, "zorder": 1}
_LINEAR = 0.5  # how wide the part from epoch 0 to 1 is, in decades
_LEAST_GAP = 0.035  # of the axis, between two epochs that are both named


def draw(source: Source) -> Figure:
    """The figure of a study."""
    summary, baselines = source.table("summary"), source.table("baselines")
    return along_training(summary, baselines, source.names["trainings"])


def along_training(
    summary: pd.DataFrame, baselines: pd.DataFrame, trainings: Sequence[str]
) -> Figure:
    """Draw identification and accuracy over the epochs, a line for each training.

    A column of panels for each undefended wire in which there is a checkpoint: on top, how
    often the strongest attacker that rebuilds images, chosen on its held-out images, picks an
    image out within its character; below, the accuracy on the validation images. Epochs stand on
    a scale that is linear up to 1 and logarithmic beyond. With one seed, bars are its 95%
    intervals; with several, lines are means and small marks the seeds.

    Args:
        summary: the rows of summary.csv; unseen images are drawn, or seen ones where there are no
            unseen.
        baselines: the rows of baselines.csv, for chance; may be none.
        trainings: the targets that have checkpoints, in the study's order, which gives each its
            colour.

    Raises:
        ValueError: no attack that rebuilds images was made on a checkpoint, or there is no
            evaluation image.
    """
    groups = judged_groups(summary)
    rows = undefended(summary)
    rows = strongest(rows[rows["training"].isin(trainings)], "within_character")
    taken = rows[rows["training"] != rows["target"]]
    if not groups or taken.empty:
        raise ValueError("no attack on a checkpoint rebuilt and identified an image")
    wires = list(taken["wire"].unique())
    panels = {f"{groups[0]}_within_character": "Identified within\nits character"}
    panels |= {"server_accuracy": "Validation accuracy"}
    chance = baselines.loc[baselines["baseline"] == FLOOR, f"{groups[0]}_within_character"]
    guessing = dict(zip(panels, (chance.mean(), rows["majority_share"].mean()), strict=True))
    with styled():
        figure = new_figure(max(6.4, 4.6 * len(wires)), 6.2)
        grid = figure.subplots(2, len(wires), squeeze=False, sharex=True, sharey="row")
        for column, wire in zip(grid.T, wires, strict=True):
            here = rows[rows["wire"] == wire]
            for axes, measure in zip(column, panels, strict=True):
                for index, training in enumerate(trainings):
                    _line(axes, here[here["training"] == training], measure, series(index))
                axes.axhline(guessing[measure], **_CHANCE)  # not drawn where it is unknown
                axes.set_ylim(bottom=0)
                axes.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
            if len(wires) > 1:
                column[0].set_title(f"Cut at {wire}")
            column[-1].set_xlabel("Epochs of training")
        for axes, title in zip(grid[:, 0], panels.values(), strict=True):
            axes.set_ylabel(title)
        _epochs(grid[0, 0], sorted(rows["target_epochs"].unique()))
        legend_below(figure, _keys(rows, trainings))
        images = int(summary[f"{groups[0]}_images"].max())
        headline(figure, f"Leakage of {images:,} {groups[0]} images along the training")
    return figure


def _line(axes: Axes, rows: pd.DataFrame, measure: str, look: Look) -> None:
    of_epochs = rows.groupby("target_epochs")[measure]
    means = of_epochs.mean()
    axes.plot(means.index, means, **look)
    several = of_epochs.count().max() > 1
    for row in rows.to_dict("records"):
        if several:
            small: Look = {"marker": look["marker"], "markersize": 3, "alpha": 0.5}
            axes.plot(row["target_epochs"], row[measure], color=look["color"], **small)
        else:
            ends = [row[f"{measure}_low"], row[f"{measure}_high"]]
            axes.plot([row["target_epochs"]] * 2, ends, color=look["color"], lw=1.2, alpha=0.6)


def _epochs(axes: Axes, epochs: Sequence[float]) -> None:
    # matplotlib makes the linear part 1 / (1 - 1/10) times as wide as it is told.
    axes.set_xscale("symlog", linthresh=1, linscale=0.9 * _LINEAR)
    axes.set_xlim(-0.1, max(*epochs, 1) * 1.12)
    axes.xaxis.set_major_locator(FixedLocator(list(_apart(epochs))))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))


def _apart(epochs: Sequence[float]) -> Iterator[float]:
    """The epochs that can be named without their names running into one another."""
    places = _LINEAR * np.minimum(epochs, 1) + np.log10(np.maximum(epochs, 1))
    before = -np.inf
    for epoch, place in zip(epochs, places, strict=True):
        if place - before >= _LEAST_GAP * places[-1]:
            before = place
            yield epoch


def _keys(rows: pd.DataFrame, trainings: Sequence[str]) -> list[Artist]:
    drawn = set(rows["training"])
    keys: list[Artist] = [
        Line2D([], [], label=training, **series(index))
        for index, training in enumerate(trainings)
        if training in drawn
    ]
    return [*keys, Line2D([], [], label="guessing", **_CHANCE)]
