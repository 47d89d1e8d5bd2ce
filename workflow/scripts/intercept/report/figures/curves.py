"""Figures of learning: how targets and attackers get better, epoch by epoch and step by step."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import (
    FuncFormatter,
    LogLocator,
    MaxNLocator,
    NullLocator,
    PercentFormatter,
)

from intercept.report.style import GREY, Look, headline, legend_below, new_figure, series, styled

ERRORS = {"mse": "images it learns from", "held_out_mse": "images held out"}

_PANEL = (3.4, 2.9)  # inches


def training_curves(histories: pd.DataFrame, targets: Sequence[str], synthetic: bool) -> Figure:
    """Draw the targets' accuracy over the epochs, training on the left, validation on the right.

    Args:
        histories: a row for each target, seed and epoch with the columns target, seed, epoch
            (from 1), train_accuracy and validation_accuracy (0 to 1; missing values are left
            out). Each seed has its line.
        targets: all of the study, in its order, which gives each its colour.
        synthetic: whether the figure must say that its data are synthetic.

    Raises:
        ValueError: there is no row.
    """
    _require(histories)
    panels = {"train_accuracy": "Training set", "validation_accuracy": "Validation set"}
    with styled():
        figure = new_figure(8, 3.8)
        grid = figure.subplots(1, len(panels), sharex=True, sharey=True)
        for axes, (column, title) in zip(grid, panels.items(), strict=True):
            _lines(axes, histories, targets, "epoch", column)
            axes.set(title=title, xlabel="Epoch", ylim=(0, 1))
            axes.yaxis.set_major_formatter(PercentFormatter(1))
        grid[0].set_ylabel("Accuracy")
        legend_below(figure, _keys(histories, targets))
        headline(figure, "", synthetic)
    return figure


def attacker_curves(
    histories: pd.DataFrame,
    targets: Sequence[str],
    synthetic: bool,
    mean_image_mse: Mapping[str, float],
) -> Figure:
    """Draw the error of attackers that learn over the epochs, on a log scale.

    A row of panels for each release: one for each attacker and each set of images that its
    history has the error on.

    Args:
        histories: a row for each target, seed, release, attacker and epoch with the columns
            target, seed, release, attacker, epoch (from 1) and, of `ERRORS`, those that the
            attacker has (mean squared error a pixel, > 0; NaN otherwise). Each seed has its line.
        targets: all of the study, in its order, which gives each its colour.
        synthetic: whether the figure must say that its data are synthetic.
        mean_image_mse: by column, the error of the attacker's mean image, drawn as a dashed line;
            may lack columns.

    Raises:
        ValueError: there is no row.
    """
    _require(histories)
    releases = list(histories["release"].unique())
    panels = [
        (attacker, column)
        for attacker, rows in histories.groupby("attacker", sort=False)
        for column in ERRORS
        if column in rows and rows[column].notna().any()
    ]
    with styled():
        figure, grid = _panels(len(releases), len(panels))
        for row, release in zip(grid, releases, strict=True):
            of_release = histories[histories["release"] == release]
            of_panels = [of_release[of_release["attacker"] == attacker] for attacker, _ in panels]
            leftmost = _without_empty(row, of_panels)
            for axes, rows, (attacker, column) in zip(row, of_panels, panels, strict=True):
                _lines(axes, rows, targets, "epoch", column)
                if column in mean_image_mse:
                    axes.axhline(mean_image_mse[column], color=GREY, linestyle=(0, (5, 3)), lw=1.1)
                axes.set_title(_titled(f"{attacker}:\n{ERRORS[column]}", release, releases))
                axes.set(yscale="log", xlabel="Epoch")
                axes.tick_params(labelleft=axes is leftmost)
            leftmost.set_ylabel("MSE")
        _plain_decades(grid[0][0])
        keys = _keys(histories, targets)
        if mean_image_mse:
            keys.append(Line2D([], [], color=GREY, linestyle=(0, (5, 3)), lw=1.1))
            keys[-1].set_label("mean image")
        legend_below(figure, keys)
        headline(figure, "", synthetic)
    return figure


def improvement(histories: pd.DataFrame, targets: Sequence[str], synthetic: bool) -> Figure:
    """Draw what each step brings to attackers that improve their answers step by step.

    Two panels for each attacker, and each release: the misfit of the activations as a share of
    the start's, and how well the attacker's held-out images are identified.

    Args:
        histories: a row for each target, seed, release, attacker and step with the columns
            target, seed, release, attacker, step (0 is the start), misfit (0 or more) and
            reciprocal_rank (0 to 1). Each seed has its line.
        targets: all of the study, in its order, which gives each its colour.
        synthetic: whether the figure must say that its data are synthetic.

    Raises:
        ValueError: there is no row.
    """
    _require(histories)
    identity = ["target", "seed", "release", "attacker"]
    ordered = histories.sort_values("step", kind="stable")
    start = ordered.groupby(identity)["misfit"].transform("first")
    histories = ordered.assign(share=(ordered["misfit"] / start).where(start > 0))
    attackers = [name for name in histories["attacker"].unique()]
    releases = list(histories["release"].unique())
    rows = {"share": "Misfit of the activations,\nshare of the start's"}
    rows |= {"reciprocal_rank": "Mean reciprocal rank,\nimages held out"}
    with styled():
        figure, grid = _panels(len(releases) * len(rows), len(attackers), len(rows))
        for number, row in enumerate(grid):
            release, column = releases[number // len(rows)], list(rows)[number % len(rows)]
            of_release = histories[histories["release"] == release]
            of_panels = [of_release[of_release["attacker"] == attacker] for attacker in attackers]
            leftmost = _without_empty(row, of_panels)
            for axes, of_panel, attacker in zip(row, of_panels, attackers, strict=True):
                _lines(axes, of_panel, targets, "step", column)
                if column == "share":
                    axes.axhline(1, color=GREY, linestyle=(0, (5, 3)), lw=1.1)
                    axes.set_title(_titled(attacker, release, releases))
                    axes.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
                else:
                    axes.set_xlabel("Step")
                axes.tick_params(labelleft=axes is leftmost)
            leftmost.set_ylabel(rows[column])
        for axes in grid[: len(rows), 0]:
            axes.set_ylim(bottom=0)
        legend_below(figure, _keys(histories, targets))
        headline(figure, "", synthetic)
    return figure


def _require(histories: pd.DataFrame) -> None:
    if histories.empty:
        raise ValueError("no history has an epoch or a step to draw")


def _panels(rows: int, columns: int, scales: int = 1) -> tuple[Figure, np.ndarray]:
    """A grid of empty panels whose rows take turns with so many vertical scales.

    Panels share a scale before anything is drawn: only then does it fit what is drawn in all.
    """
    width, height = _PANEL
    figure = new_figure(max(columns, 1.6) * width, rows * height)
    grid = figure.subplots(rows, columns, squeeze=False)
    for number, row in enumerate(grid):
        first = grid[number % scales][0]
        for axes in row:
            if axes is not first:
                axes.sharey(first)
    return figure, grid


def _without_empty(row: Sequence[Axes], of_panels: Sequence[pd.DataFrame]) -> Axes:
    """Hide the panels of a row that have nothing to draw; the first of the others."""
    for axes, rows in zip(row, of_panels, strict=True):
        axes.set_visible(len(rows) > 0)
    return next(axes for axes in row if axes.get_visible())


def _titled(title: str, release: str, releases: Sequence[str]) -> str:
    return f"{title}\n(cut at {release})" if len(releases) > 1 else title


def _lines(
    axes: Axes, histories: pd.DataFrame, targets: Sequence[str], x: str, column: str
) -> None:
    """A line for each target and seed; those of several seeds are thinner."""
    look: Look = {"linewidth": 1.0, "alpha": 0.8} if histories["seed"].nunique() > 1 else {}
    for (target, _), rows in histories.groupby(["target", "seed"], sort=False):
        known = rows.dropna(subset=[column])
        every = max(1, len(known) // 8)  # a marker an eighth of the way keeps long curves clean
        of_target = series(targets.index(str(target))) | look
        axes.plot(known[x], known[column], markevery=every, **of_target)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1, steps=[1, 2, 5, 10]))
    axes.margins(x=0.02)


def _keys(histories: pd.DataFrame, targets: Sequence[str]) -> list[Artist]:
    """What the legend shows: the targets that have a line, in the study's order."""
    drawn = set(histories["target"])
    return [
        Line2D([], [], label=target, **series(index))
        for index, target in enumerate(targets)
        if target in drawn
    ]


def _plain_decades(axes: Axes) -> None:
    axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.yaxis.set_minor_locator(NullLocator())
