"""The figure to decide by: accuracy against what leaks, for every target and defence."""

from collections.abc import Callable

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter
from matplotlib.typing import MarkerType

from intercept.report.comparing import Measured
from intercept.report.figures.source import Source
from intercept.report.frontier import UNDEFENDED, pareto
from intercept.report.rows import judged_groups
from intercept.report.style import (
    GREY,
    PALETTE,
    Look,
    headline,
    legend_below,
    new_figure,
    styled,
)
from intercept.report.verdict import NOT_PRIVATE, Wire, same_attackers, wires

_MEASURE = "within_character"
_LEAKS: dict[str, Callable[[Wire], Measured]] = {
    "Who has to rebuild:\nstrongest attacker that does": lambda wire: wire.verdicts[
        _MEASURE
    ].attacks["rebuilds"],
    "Who has the candidates:\npossible among these": lambda wire: wire.verdicts[_MEASURE].optimum,
}
_MARKERS: tuple[MarkerType, ...] = ("o", "s", "D", "p", "h", "8")  # with room for a number
_PERCENT = FuncFormatter(lambda value, _: f"{100 * value:.3g}%".replace("-", "−"))
_FRONT: Look = {"color": "black", "linestyle": (0, (4, 2)), "linewidth": 1.0, "zorder": 1}
_SHIFT: Look = {"color": GREY, "linewidth": 0.8, "alpha": 0.6, "zorder": 2}
_CHANCE: Look = {"color": GREY, "linestyle": ":", "linewidth": 1.2, "zorder": 1}


def draw(source: Source) -> Figure:
    """The figure of a study."""
    return frontier(source.table("summary"), source.table("baselines"))


def frontier(summary: pd.DataFrame, baselines: pd.DataFrame) -> Figure:
    """Draw a row of panels for each cut layer: identification over the server's accuracy.

    A mark is a wire at the accuracy of the fine-tuned server part, numbered by its target and
    shaped by its defence; a thin line ends where the server part stands as it was trained. Left,
    what the strongest attacker rebuilds, of those that all wires met; a wire that did not meet
    them has no mark there. Right, the optimum. Bars are 95% intervals. The dashed line joins the
    marks to whose lower right there is no other.

    Args:
        summary: the rows of summary.csv; unseen images are drawn, or seen ones where there are no
            unseen.
        baselines: the rows of baselines.csv, for chance.

    Raises:
        ValueError: there is no evaluation image.
    """
    groups = judged_groups(summary)
    if not groups:
        raise ValueError("no evaluation images: neither unseen_images nor seen_images is positive")
    everything = wires(summary, groups[0], same_attackers(summary))
    targets = {wire.target: wire.outside_guarantee for wire in everything}
    found = dict.fromkeys(wire.defence for wire in everything)
    defences = sorted(found, key=lambda defence: defence != UNDEFENDED)
    layers = list(dict.fromkeys(wire.cut_layer for wire in everything))
    chance = baselines.loc[baselines["baseline"] == "mean_image", f"{groups[0]}_{_MEASURE}"]
    with styled():
        figure = new_figure(8.6, 4.2 * len(layers) + 0.6)
        grid = figure.subplots(len(layers), len(_LEAKS), squeeze=False, sharex=True, sharey=True)
        for row, layer in zip(grid, layers, strict=True):
            here = [wire for wire in everything if wire.cut_layer == layer]
            for axes, leak in zip(row, _LEAKS.values(), strict=True):
                _panel(axes, here, leak, list(targets), defences)
                if len(chance):
                    axes.axhline(chance.mean(), **_CHANCE)
            row[0].set_ylabel(f"Cut at {layer}", fontweight="bold")
        for axes, title in zip(grid[0], _LEAKS, strict=True):
            axes.set_title(title)
        for axes in grid[-1]:
            axes.set_xlabel("Accuracy of the server part, fine-tuned to the wire")
        legend_below(figure, _keys(targets, defences))
        images = int(summary[f"{groups[0]}_images"].max())
        title = f"Accuracy, and how often one of {images:,} {groups[0]} images is picked out of its"
        headline(figure, f"{title} character")
    return figure


def _panel(
    axes: Axes,
    here: list[Wire],
    leak: Callable[[Wire], Measured],
    targets: list[str],
    defences: list[str],
) -> None:
    front = pareto(here, leak)
    axes.plot([wire.server.value for wire in front], [leak(wire).value for wire in front], **_FRONT)
    for wire in here:
        x, y = wire.server, leak(wire)
        if not y.known:
            continue
        look = _look(defences.index(wire.defence))
        axes.plot([wire.accuracy.value, x.value], [y.value] * 2, **_SHIFT)
        _bar(axes, [x.value] * 2, [y.low, y.high], look["color"])
        _bar(axes, [x.low, x.high], [y.value] * 2, look["color"])
        edge = "black" if wire in front else "white"
        axes.plot(x.value, y.value, **look, markeredgecolor=edge, markeredgewidth=1.2, zorder=4)
        axes.annotate(
            str(targets.index(wire.target) + 1),
            (x.value, y.value),
            ha="center",
            va="center_baseline",
            fontsize=6.5,
            fontweight="bold",
            color="white",
            zorder=5,
        )
    axes.xaxis.set_major_formatter(_PERCENT)
    axes.yaxis.set_major_formatter(_PERCENT)


def _bar(axes: Axes, across: list[float], up: list[float], color: str) -> None:
    if np.isfinite([*across, *up]).all():
        axes.plot(across, up, color=color, linewidth=1.2, alpha=0.7, zorder=3)


def _look(index: int) -> Look:
    color = "black" if index == 0 else PALETTE[(index - 1) % (len(PALETTE) - 1)]
    return {
        "marker": _MARKERS[index % len(_MARKERS)],
        "color": color,
        "linestyle": "none",
        "markersize": 11,
    }


def _keys(targets: dict[str, bool], defences: list[str]) -> list[Artist]:
    """The legend, from the targets and whether further training left their guarantee."""
    keys: list[Artist] = [
        Line2D([], [], label=_named(name), **_look(index) | {"markeredgecolor": "white"})
        for index, name in enumerate(defences)
    ]
    keys += [
        Line2D([], [], label=f"{number} {name}{NOT_PRIVATE if outside else ''}", linestyle="none")
        for number, (name, outside) in enumerate(targets.items(), start=1)
    ]
    keys.append(Line2D([], [], label="none lies lower and further right", **_FRONT))
    keys.append(Line2D([], [], label="before fine-tuning", **_SHIFT))
    keys.append(Line2D([], [], label="chance", **_CHANCE))
    if any(targets.values()):
        keys.append(
            Line2D([], [], label=f"{NOT_PRIVATE} not private after fine-tuning", linestyle="none")
        )
    return keys


def _named(defence: str) -> str:
    return "no defence at the wire" if defence == UNDEFENDED else defence
