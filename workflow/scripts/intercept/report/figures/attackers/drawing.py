"""How the attackers that train a network learned, epoch by epoch."""

from collections.abc import Mapping, Sequence

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

from intercept.datasets import cache
from intercept.report.figures.curves import (
    keys_of,
    lines,
    panels_of,
    require,
    titled,
    without_empty,
)
from intercept.report.figures.source import Source
from intercept.report.style import GREY, legend_below, styled

ERRORS = {"mse": "images it learns from", "held_out_mse": "images held out"}


def draw(source: Source) -> Figure:
    """The figure of a study, with the errors of the mean image."""
    own = cache.read(source.files["attacker"], source.manifest["sets"]["attacker"]).images
    mean_image_mse = {
        "mse": float(own.var(axis=0).mean()),  # the error of the mean is the variance
        "held_out_mse": source.table("summary")["held_out_mean_image_mse"].mean(),
    }
    histories = source.joined("histories")
    return attacker_curves(histories, source.names["targets"], mean_image_mse)


def attacker_curves(
    histories: pd.DataFrame,
    targets: Sequence[str],
    mean_image_mse: Mapping[str, float],
) -> Figure:
    """Draw the error of attackers that learn over the epochs, on a log scale.

    A row of panels for each wire: one for each attacker and each set of images that its
    history has the error on.

    Args:
        histories: a row for each target, seed, wire, attacker and epoch with the columns
            target, seed, wire, attacker, epoch (from 1) and, of `ERRORS`, those that the
            attacker has (mean squared error a pixel, > 0; NaN otherwise). Each seed has its line.
        targets: all of the study, in its order, which gives each its colour.
        mean_image_mse: by column, the error of the attacker's mean image, drawn as a dashed line;
            may lack columns.

    Raises:
        ValueError: there is no row.
    """
    require(histories)
    wires = list(histories["wire"].unique())
    panels = [
        (attacker, column)
        for attacker, rows in histories.groupby("attacker", sort=False)
        for column in ERRORS
        if column in rows and rows[column].notna().any()
    ]
    with styled():
        figure, grid = panels_of(len(wires), len(panels))
        for row, wire in zip(grid, wires, strict=True):
            of_wire = histories[histories["wire"] == wire]
            of_panels = [of_wire[of_wire["attacker"] == attacker] for attacker, _ in panels]
            leftmost = without_empty(row, of_panels)
            for axes, rows, (attacker, column) in zip(row, of_panels, panels, strict=True):
                lines(axes, rows, targets, "epoch", column)
                if column in mean_image_mse:
                    axes.axhline(mean_image_mse[column], color=GREY, linestyle=(0, (5, 3)), lw=1.1)
                axes.set_title(titled(f"{attacker}:\n{ERRORS[column]}", wire, wires))
                axes.set(yscale="log", xlabel="Epoch")
                axes.tick_params(labelleft=axes is leftmost)
            leftmost.set_ylabel("MSE")
        _plain_decades(grid[0][0])
        keys = keys_of(histories, targets)
        if mean_image_mse:
            keys.append(Line2D([], [], color=GREY, linestyle=(0, (5, 3)), lw=1.1))
            keys[-1].set_label("mean image")
        legend_below(figure, keys)
    return figure


def _plain_decades(axes: Axes) -> None:
    axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.yaxis.set_minor_locator(NullLocator())
