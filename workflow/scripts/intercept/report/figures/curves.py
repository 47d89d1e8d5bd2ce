"""What figures of learning have in common: a line for each target and seed, in panels."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from intercept.report.style import Look, new_figure, series

_PANEL = (3.4, 2.9)  # inches


def require(histories: pd.DataFrame) -> None:
    """Raise ValueError where there is no row to draw."""
    if histories.empty:
        raise ValueError("no history has an epoch or a step to draw")


def panels_of(rows: int, columns: int, scales: int = 1) -> tuple[Figure, np.ndarray]:
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


def without_empty(row: Sequence[Axes], of_panels: Sequence[pd.DataFrame]) -> Axes:
    """Hide the panels of a row that have nothing to draw; the first of the others."""
    for axes, rows in zip(row, of_panels, strict=True):
        axes.set_visible(len(rows) > 0)
    return next(axes for axes in row if axes.get_visible())


def titled(title: str, wire: str, wires: Sequence[str]) -> str:
    """The title of a panel, with its wire where there are several."""
    return f"{title}\n(cut at {wire})" if len(wires) > 1 else title


def lines(axes: Axes, histories: pd.DataFrame, targets: Sequence[str], x: str, column: str) -> None:
    """A line for each target and seed; those of several seeds are thinner."""
    look: Look = {"linewidth": 1.0, "alpha": 0.8} if histories["seed"].nunique() > 1 else {}
    for (target, _), rows in histories.groupby(["target", "seed"], sort=False):
        known = rows.dropna(subset=[column])
        every = max(1, len(known) // 8)  # a marker an eighth of the way keeps long curves clean
        of_target = series(targets.index(str(target))) | look
        axes.plot(known[x], known[column], markevery=every, **of_target)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1, steps=[1, 2, 5, 10]))
    axes.margins(x=0.02)


def keys_of(histories: pd.DataFrame, targets: Sequence[str]) -> list[Artist]:
    """What the legend shows: the targets that have a line, in the study's order."""
    drawn = set(histories["target"])
    return [
        Line2D([], [], label=target, **series(index))
        for index, target in enumerate(targets)
        if target in drawn
    ]
