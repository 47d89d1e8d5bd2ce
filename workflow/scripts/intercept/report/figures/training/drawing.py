"""How the targets learned, epoch by epoch."""

from collections.abc import Sequence

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from intercept.report.figures.curves import keys_of, lines, require
from intercept.report.figures.source import Source
from intercept.report.style import legend_below, new_figure, styled


def draw(source: Source) -> Figure:
    """The figure of a study."""
    histories = source.joined("training_histories")
    return training_curves(histories, source.names["targets"])


def training_curves(histories: pd.DataFrame, targets: Sequence[str]) -> Figure:
    """Draw the targets' accuracy over the epochs, training on the left, validation on the right.

    Args:
        histories: a row for each target, seed and epoch with the columns target, seed, epoch
            (from 1), train_accuracy and validation_accuracy (0 to 1; missing values are left
            out). Each seed has its line.
        targets: all of the study, in its order, which gives each its colour.

    Raises:
        ValueError: there is no row.
    """
    require(histories)
    panels = {"train_accuracy": "Training set", "validation_accuracy": "Validation set"}
    with styled():
        figure = new_figure(8, 3.8)
        grid = figure.subplots(1, len(panels), sharex=True, sharey=True)
        for axes, (column, title) in zip(grid, panels.items(), strict=True):
            lines(axes, histories, targets, "epoch", column)
            axes.set(title=title, xlabel="Epoch", ylim=(0, 1))
            axes.yaxis.set_major_formatter(PercentFormatter(1))
        grid[0].set_ylabel("Accuracy")
        legend_below(figure, keys_of(histories, targets))
    return figure
