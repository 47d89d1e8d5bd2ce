"""The figure to decide by: accuracy against what leaks, for every target and defence."""

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter
from matplotlib.typing import MarkerType

from intercept.report.frontier import LEAKS, UNDEFENDED, Point, pareto, points
from intercept.report.style import (
    GREY,
    PALETTE,
    Look,
    headline,
    legend_below,
    new_figure,
    styled,
)
from intercept.report.tables import judged_groups

_TITLES = {
    "within_character": "Identified within its character",
    "skill": "Skill (0: mean image, 1: perfect)",
}
_MARKERS: tuple[MarkerType, ...] = ("o", "s", "D", "p", "h", "8")  # with room for a number
_PERCENT = FuncFormatter(lambda value, _: f"{100 * value:.3g}%".replace("-", "−"))
_FRONT: Look = {"color": "black", "linestyle": (0, (4, 2)), "linewidth": 1.0, "zorder": 1}
_SHIFT: Look = {"color": GREY, "linewidth": 0.8, "alpha": 0.6, "zorder": 2}
_CHANCE: Look = {"color": GREY, "linestyle": ":", "linewidth": 1.2, "zorder": 1}


def frontier(summary: pd.DataFrame, baselines: pd.DataFrame, synthetic: bool) -> Figure:
    """Draw a row of panels for each cut layer: leakage over the server's accuracy.

    A mark is a release at the accuracy of the fine-tuned server part, numbered by its target and
    shaped by its defence at the wire; a thin line ends where the server part stands as it was
    trained. Bars are 95% intervals. The dashed line joins what no other release of the panel
    beats in both.

    Args:
        summary: the rows of summary.csv; unseen images are drawn, or seen ones where there are no
            unseen.
        baselines: the rows of baselines.csv, for chance.
        synthetic: whether the figure must say that its data are synthetic.

    Raises:
        ValueError: there is no evaluation image.
    """
    groups = judged_groups(summary)
    if not groups:
        raise ValueError("no evaluation images: neither unseen_images nor seen_images is positive")
    everything = list(points(summary, groups[0]))
    targets = list(dict.fromkeys(point.target for point in everything))
    found = dict.fromkeys(point.defence for point in everything)
    defences = sorted(found, key=lambda defence: defence != UNDEFENDED)
    layers = list(dict.fromkeys(point.cut_layer for point in everything))
    chance = baselines.loc[baselines["baseline"] == "mean_image", f"{groups[0]}_within_character"]
    with styled():
        figure = new_figure(8.6, 4.2 * len(layers) + 0.4 + 0.2 * synthetic)
        grid = figure.subplots(len(layers), len(LEAKS), squeeze=False, sharex=True, sharey="col")
        for row, layer in zip(grid, layers, strict=True):
            here = [point for point in everything if point.cut_layer == layer]
            for axes, measure in zip(row, LEAKS, strict=True):
                _panel(axes, here, measure, targets, defences)
                if measure == "within_character" and len(chance):
                    axes.axhline(chance.mean(), **_CHANCE)
            row[0].set_ylabel(f"Cut at {layer}", fontweight="bold")
        for axes, title in zip(grid[0], _TITLES.values(), strict=True):
            axes.set_title(title)
        for axes in grid[-1]:
            axes.set_xlabel("Accuracy of the server part, fine-tuned to the wire")
        legend_below(figure, _keys(targets, defences))
        images = int(summary[f"{groups[0]}_images"].max())
        headline(figure, f"Accuracy against leakage of {images:,} {groups[0]} images", synthetic)
    return figure


def _panel(
    axes: Axes, here: list[Point], measure: str, targets: list[str], defences: list[str]
) -> None:
    front = pareto(here, measure)
    axes.plot(
        [point.fine_tuned.value for point in front],
        [point.leaks[measure].value for point in front],
        **_FRONT,
    )
    for point in here:
        leak = point.leaks[measure]
        if not leak.known:
            continue
        look = _look(defences.index(point.defence))
        x, y = point.fine_tuned, leak
        axes.plot([point.accuracy.value, x.value], [y.value] * 2, **_SHIFT)
        _bar(axes, [x.value] * 2, [y.low, y.high], look["color"])
        _bar(axes, [x.low, x.high], [y.value] * 2, look["color"])
        edge = "black" if point in front else "white"
        axes.plot(x.value, y.value, **look, markeredgecolor=edge, markeredgewidth=1.2, zorder=4)
        axes.annotate(
            str(targets.index(point.target) + 1),
            (x.value, y.value),
            ha="center",
            va="center_baseline",
            fontsize=6.5,
            fontweight="bold",
            color="white",
            zorder=5,
        )
    axes.xaxis.set_major_formatter(_PERCENT)
    if measure == "within_character":
        axes.yaxis.set_major_formatter(_PERCENT)
    else:
        axes.yaxis.set_major_formatter(
            FuncFormatter(lambda value, _: f"{value:.2f}".replace("-", "−"))
        )


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


def _keys(targets: list[str], defences: list[str]) -> list[Artist]:
    keys: list[Artist] = [
        Line2D([], [], label=_named(name), **_look(index) | {"markeredgecolor": "white"})
        for index, name in enumerate(defences)
    ]
    keys += [
        Line2D([], [], label=f"{number} {name}", linestyle="none")
        for number, name in enumerate(targets, start=1)
    ]
    keys.append(Line2D([], [], label="beaten by none", **_FRONT))
    keys.append(Line2D([], [], label="before fine-tuning", **_SHIFT))
    keys.append(Line2D([], [], label="chance", **_CHANCE))
    return keys


def _named(defence: str) -> str:
    return "no defence at the wire" if defence == UNDEFENDED else defence
