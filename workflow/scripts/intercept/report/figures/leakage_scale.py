"""The main figure: where each attack stands between knowing nothing and the best there could be."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patheffects import withStroke
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator, NullLocator
from matplotlib.typing import LineStyleType, MarkerType

from intercept.report.comparing import Measured, measured
from intercept.report.figures.source import Source
from intercept.report.rows import judged_groups
from intercept.report.strongest import strongest
from intercept.report.style import (
    GREY,
    MARKERS,
    PALETTE,
    Look,
    headline,
    legend_below,
    new_figure,
    percent,
    styled,
)

SHARED: dict[str, tuple[str, LineStyleType]] = {
    "autoencoder": ("autoencoder of the same width", "--"),
    "principal_components": ("principal components", "-."),
    "nearest_own_image": ("nearest own image", ":"),
    "mean_image": ("mean image", "-"),
    "blank_image": ("blank image", (0, (1, 4))),
}
"""Baselines that know no target: their names for a reader, and how their lines are drawn."""

PANELS = {"skill": "Skill", "within_character": "Identified within its character"}

_OF_A_TARGET = "predicted_class"

# In inches, down the figure.
_BASELINE = 0.24
_SLOT = 0.12
_PADDING = 0.1

_LEAST_SKILL = -0.3  # what lies below is marked at the edge
_SHARES = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1)

_ARROW: Look = {"marker": "<", "markersize": 6}
_RING: Look = {
    "marker": "o",
    "markersize": 10.5,
    "markerfacecolor": "none",
    "markeredgecolor": "black",
    "markeredgewidth": 1.1,
    "linestyle": "none",
    "zorder": 5,
}


@dataclass(frozen=True)
class _Layout:
    """What stands where: the shared baselines on top, below them a band for each target."""

    shared: list[tuple[str, float]]  # with the width of each, NaN where it has none
    targets: dict[str, float]  # with the numbers on the wire of each
    slots: list[str]  # of each target: the attackers, and the baseline that a target has

    @property
    def top(self) -> float:
        return len(self.shared) * _BASELINE + _PADDING * bool(self.shared)

    @property
    def band(self) -> float:
        return len(self.slots) * _SLOT + 2 * _PADDING

    @property
    def bottom(self) -> float:
        return self.top + len(self.targets) * self.band

    def centres(self) -> list[float]:
        """Where the names of baselines and targets stand."""
        shared = (np.arange(len(self.shared)) + 0.5) * _BASELINE
        return [*shared, *(self.top + (np.arange(len(self.targets)) + 0.5) * self.band)]

    def names(self) -> list[str]:
        """Those of baselines and targets, with widths in brackets where there are several."""
        named = [*((SHARED[name][0], width) for name, width in self.shared), *self.targets.items()]
        several = len(set(self.targets.values())) > 1
        return [f"{name} ({width:.0f})" if several and width > 0 else name for name, width in named]

    def runs(self, mark: "_Mark") -> list[tuple[float, float]]:
        """From where to where the line of a shared baseline runs: through bands of its width."""
        if math.isnan(mark.width) or {mark.width} == set(self.targets.values()):
            return [(mark.height, self.bottom)]
        starts = (self.top + number * self.band for number in range(len(self.targets)))
        bands = zip(starts, self.targets.values(), strict=True)
        return [(start, start + self.band) for start, width in bands if width == mark.width]

    def places(self) -> Iterator[tuple[str | None, str, float, float]]:
        """Target (None for a shared baseline), baseline or attacker, its width, its height."""
        for (name, width), height in zip(self.shared, self.centres(), strict=False):
            yield None, name, width, height
        for number, target in enumerate(self.targets):
            first = self.top + number * self.band + _PADDING + _SLOT / 2
            for slot, name in enumerate(self.slots):
                yield target, name, math.nan, first + slot * _SLOT


@dataclass(frozen=True, eq=False)
class _Mark:
    """What one attack or baseline scores, and where it stands."""

    target: str | None
    name: str
    width: float  # NaN but for a shared baseline that has one
    height: float
    found: Measured
    seeds: list[float]  # of each, where there are several


def draw(source: Source) -> Figure:
    """The figure of one wire."""
    summary = source.table("summary")
    rows = summary[summary["wire"] == source.names["wire"]]
    return leakage_scale(rows, source.table("baselines"), source.synthetic)


def leakage_scale(summary: pd.DataFrame, baselines: pd.DataFrame, synthetic: bool) -> Figure:
    """Draw skill and identification within a character of every attack and baseline, one wire.

    Marks are means over the seeds with their 95% intervals; several seeds have a small mark
    each. A ring marks the attacker that does best on the attacker's held-out images, by the
    panel's measure. Values off an axis have an arrow and a number.

    Args:
        summary: the rows of summary.csv of one wire; unseen images are drawn, or seen ones
            where there are no unseen.
        baselines: the rows of baselines.csv; those that are as wide as another wire run through
            its band alone. May be none.
        synthetic: whether the figure must say that its data are synthetic.

    Raises:
        ValueError: there is no evaluation image.
    """
    groups = judged_groups(summary)
    if not groups:
        raise ValueError("no evaluation images: neither unseen_images nor seen_images is positive")
    group = groups[0]
    targets = summary.drop_duplicates("target")
    numbers = dict(zip(targets["target"], targets["numbers"], strict=True))
    baselines = baselines[baselines["numbers"].isin([*numbers.values(), math.nan])]
    known = set(baselines["baseline"])
    widths = baselines.groupby("baseline")["numbers"].unique()
    slots = [*summary["attacker"].unique(), *({_OF_A_TARGET} & known)]
    shared = [(name, width) for name in SHARED if name in known for width in sorted(widths[name])]
    layout = _Layout(shared, numbers, slots)
    with styled():
        figure = new_figure(8.2, layout.bottom + 0.95 + 0.2 * synthetic)
        grid = figure.subplots(1, len(PANELS), sharey=True)
        for axes, (measure, title) in zip(grid, PANELS.items(), strict=True):
            marks = list(_marks(layout, summary, baselines, group, measure))
            values = [mark.found.value for mark in marks if mark.found.known]
            (_skill_axis if measure == "skill" else _share_axis)(axes, values)
            _bands(axes, layout)
            chosen = _chosen(summary, measure)
            for mark in marks:
                if mark.found.known:
                    _draw(axes, mark, layout, (mark.target, mark.name) in chosen)
            axes.set_title(title)
            axes.grid(False, axis="y")
            axes.tick_params(axis="y", length=0)
        grid[0].set_yticks(layout.centres(), layout.names())
        for label in grid[0].get_yticklabels()[: len(layout.shared)]:
            label.set_color(GREY)
        grid[0].set_ylim(layout.bottom, 0)
        legend_below(figure, _keys(layout, ringed=bool(chosen)))
        images = int(summary[f"{group}_images"].max())
        wires = ", ".join(summary["wire"].unique())
        headline(figure, f"{images:,} {group} images, cut at {wires}", synthetic)
    return figure


def _marks(
    layout: _Layout, summary: pd.DataFrame, baselines: pd.DataFrame, group: str, measure: str
) -> Iterator[_Mark]:
    for target, name, width, height in layout.places():
        of_attack = target is not None and name != _OF_A_TARGET
        table, key = (summary, "attacker") if of_attack else (baselines, "baseline")
        rows = table[table[key] == name]
        if target is not None:
            rows = rows[rows["target"] == target]
        elif not math.isnan(width):
            rows = rows[rows["numbers"] == width]
        values = list(rows[f"{group}_{measure}"].dropna())
        found = measured(rows, group, measure)
        yield _Mark(target, name, width, height, found, values if len(values) > 1 else [])


def _chosen(summary: pd.DataFrame, measure: str) -> set[tuple[str, str]]:
    """Target and attacker of the strongest."""
    best = strongest(summary, measure)
    return set(zip(best["target"], best["attacker"], strict=True))


def _skill_axis(axes: Axes, values: list[float]) -> None:
    least = max(_LEAST_SKILL, min([-0.05, *values]) - 0.03)
    axes.set_xlim(least, max([0.1, *values]) * 1.06)
    axes.xaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10]))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: _signed(value, 1)))
    axes.set_xlabel("1: perfect, 0: no better\nthan the mean image")


def _share_axis(axes: Axes, values: list[float]) -> None:
    positive = [value for value in values if value > 0] or [0.1]
    axes.set_xscale("log")
    axes.set_xlim(max(min(positive), max(positive) / 1000) / 1.5, min(1.15, 1.5 * max(positive)))
    axes.xaxis.set_major_locator(FixedLocator(_SHARES))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{100 * value:g}%"))
    axes.set_xlabel("Share picked out among the drawings\nof the right character (log scale)")


def _bands(axes: Axes, layout: _Layout) -> None:
    for number in range(0, len(layout.targets), 2):
        start = layout.top + number * layout.band
        axes.axhspan(start, start + layout.band, color="#F2F2F2", zorder=0)


def _draw(axes: Axes, mark: _Mark, layout: _Layout, ringed: bool) -> None:
    look, found, height = _look(layout, mark), mark.found, mark.height
    least, most = axes.get_xlim()
    if mark.target is None:
        line: Look = {
            "color": GREY,
            "linestyle": SHARED[mark.name][1],
            "linewidth": 1.0,
            "zorder": 1,
        }
        for run in layout.runs(mark):
            axes.plot([found.value] * 2, run, **line)
    if found.value < least:
        axes.plot(0.015, height, transform=axes.get_yaxis_transform(), **look | _ARROW)
        number = _signed(found.value, 2) if axes.get_xscale() == "linear" else percent(found.value)
        axes.annotate(
            number,
            (0.015, height),
            xytext=(6, 0),
            xycoords=axes.get_yaxis_transform(),
            textcoords="offset points",
            va="center_baseline",
            fontsize=8,
            color=look["color"],
            fontweight="bold" if ringed else "normal",
            path_effects=[withStroke(linewidth=2.5, foreground="white")],
        )
        return
    if found.low < found.high:
        ends = np.clip([found.low, found.high], least, most)
        axes.plot(ends, [height] * 2, color=look["color"], linewidth=1.4, zorder=3)
    axes.plot(mark.seeds, [height] * len(mark.seeds), **look | {"markersize": 3, "alpha": 0.5})
    axes.plot(found.value, height, **look)
    if ringed:
        axes.plot(found.value, height, **_RING)


def _look(layout: _Layout, mark: _Mark) -> Look:
    if mark.target is None:
        return _marker("d", GREY)
    return _slot(layout.slots.index(mark.name), mark.name)


def _slot(index: int, name: str) -> Look:
    if name == _OF_A_TARGET:
        return _marker("x", GREY) | {"markeredgewidth": 1.6}
    return _marker(MARKERS[index % len(MARKERS)], PALETTE[index % len(PALETTE)])


def _marker(marker: MarkerType, color: str) -> Look:
    return {"marker": marker, "color": color, "linestyle": "none", "markersize": 6, "zorder": 4}


def _keys(layout: _Layout, ringed: bool) -> list[Artist]:
    keys: list[Artist] = []
    for index, name in enumerate(layout.slots):
        label = "predicted class alone" if name == _OF_A_TARGET else name
        keys.append(Line2D([], [], label=label, **_slot(index, name)))
    if ringed:
        keys.append(Line2D([], [], label="strongest on held-out images", **_RING))
    return keys


def _signed(value: float, places: int) -> str:
    return f"{value:.{places}f}".replace("-", "−")
