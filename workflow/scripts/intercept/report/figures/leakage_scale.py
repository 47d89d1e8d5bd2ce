"""The main figure: where each attack stands between knowing nothing and the best there could be."""

import math
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

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
from intercept.report.rows import judged_groups, read_not_run, reasons_not_run
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

PANELS = {"skill": "Skill", "within_character": "Picked out within its character"}

_OF_A_TARGET = "predicted_class"

# In inches, down the figure.
_BASELINE = 0.24
_SLOT = 0.12
_PADDING = 0.1

_LEAST_SKILL = -0.3  # what lies below is marked at the edge
_MOST_SHARE = 1.4  # of a share, so that a mark at 100% is whole
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


class _Place(NamedTuple):
    """Where an attack or a baseline stands."""

    target: str | None  # None for a baseline that all targets share
    name: str
    width: float  # NaN but for a shared baseline that has one
    height: float


class _Layout(NamedTuple):
    """What stands where, in inches down the figure."""

    numbers: dict[str, float]  # by target, how many cross its wire for an image
    slots: list[str]  # within a band: the attackers, and the baseline of a target if it is known
    of_all: list[_Place]  # the shared baselines, above the bands
    of_targets: list[_Place]
    bands: dict[str, float]  # by target, where its band begins
    band: float  # the height of each
    bottom: float


def draw(source: Source) -> Figure:
    """The figure of one wire."""
    tables = source.table("summary"), read_not_run(source.files["summary"])
    summary, not_run = (table[table["wire"] == source.names["wire"]] for table in tables)
    return leakage_scale(summary, source.table("baselines"), reasons_not_run(not_run))


def leakage_scale(
    summary: pd.DataFrame,
    baselines: pd.DataFrame,
    not_run: Mapping[str, Sequence[str]] = MappingProxyType({}),
) -> Figure:
    """Draw skill and identification within a character of every attack and baseline, one wire.

    Marks are means over the seeds with their 95% intervals; several seeds have a small mark
    each. A ring marks the attacker that does best on the attacker's held-out images, by the
    panel's measure. Values off an axis have an arrow and a number.

    Args:
        summary: the rows of summary.csv of one wire; unseen images are drawn, or seen ones
            where there are no unseen.
        baselines: the rows of baselines.csv; those that are as wide as another wire run through
            its band alone. May be none.
        not_run: by target, which attackers could not go at it and why; it stands in its band.

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
    layout = _layout(numbers, list(summary["attacker"].unique()), baselines, bool(not_run))
    with styled():
        figure = new_figure(8.2, layout.bottom + 0.95)
        grid = figure.subplots(1, len(PANELS), sharey=True)
        for axes, measure in zip(grid, PANELS, strict=True):
            _panel(axes, layout, summary, baselines, group, measure)
            for target in set(not_run) & set(layout.bands):
                _say_not_run(axes, layout.bands[target] + layout.band, not_run[target])
        _names(grid[0], layout)
        legend_below(figure, _keys(layout, summary))
        images = int(summary[f"{group}_images"].max())
        wires = ", ".join(summary["wire"].unique())
        headline(figure, f"{images:,} {group} images, cut at {wires}")
    return figure


def _layout(
    numbers: dict[str, float], attackers: list[str], baselines: pd.DataFrame, with_foot: bool
) -> _Layout:
    """Where everything stands; `with_foot` leaves room in each band for what was not run."""
    known = set(baselines["baseline"])
    widths = baselines.groupby("baseline")["numbers"].unique()
    slots = [*attackers, *({_OF_A_TARGET} & known)]
    shared = [(name, width) for name in SHARED if name in known for width in sorted(widths[name])]
    top = len(shared) * _BASELINE + _PADDING * bool(shared)
    band = len(slots) * _SLOT + 2 * _PADDING + _PADDING * with_foot
    bands = {target: top + number * band for number, target in enumerate(numbers)}
    of_all = [
        _Place(None, name, width, (number + 0.5) * _BASELINE)
        for number, (name, width) in enumerate(shared)
    ]
    of_targets = [
        _Place(target, name, math.nan, start + _PADDING + (slot + 0.5) * _SLOT)
        for target, start in bands.items()
        for slot, name in enumerate(slots)
    ]
    return _Layout(numbers, slots, of_all, of_targets, bands, band, top + len(numbers) * band)


def _panel(
    axes: Axes,
    layout: _Layout,
    summary: pd.DataFrame,
    baselines: pd.DataFrame,
    group: str,
    measure: str,
) -> None:
    """Every attack and baseline by one measure."""
    places = (*layout.of_all, *layout.of_targets)
    rows = {place: _rows(place, summary, baselines) for place in places}
    every = {place: measured(of, group, measure) for place, of in rows.items()}
    found = {place: one for place, one in every.items() if one.known}
    values = [one.value for one in found.values()]
    (_skill_axis if measure == "skill" else _share_axis)(axes, values)
    for start in list(layout.bands.values())[::2]:
        axes.axhspan(start, start + layout.band, color="#F2F2F2", zorder=0)
    ringed = _ringed(summary, measure)
    for place, one in found.items():
        if place.target is None:
            style = SHARED[place.name][1]
            for run in _runs(place, layout):
                axes.plot(
                    [one.value] * 2, run, color=GREY, linestyle=style, linewidth=1.0, zorder=1
                )
        seeds = list(rows[place][f"{group}_{measure}"].dropna())
        look = _marker("d", GREY) if place.target is None else _slot(layout.slots, place.name)
        _draw(axes, place.height, one, seeds if len(seeds) > 1 else [], look)
        if (place.target, place.name) in ringed and one.value >= axes.get_xlim()[0]:
            axes.plot(one.value, place.height, **_RING)
    axes.set_title(PANELS[measure])
    axes.grid(False, axis="y")
    axes.tick_params(axis="y", length=0)


def _ringed(summary: pd.DataFrame, measure: str) -> set[tuple[str, str]]:
    """Targets with the attacker that does best there on its held-out images."""
    best = strongest(summary, measure)
    return set(zip(best["target"], best["attacker"], strict=True))


def _names(axes: Axes, layout: _Layout) -> None:
    """Beside the axis the shared baselines in grey and the targets; widths where they differ."""
    several = len(set(layout.numbers.values())) > 1
    named = [
        *((SHARED[place.name][0], place.width) for place in layout.of_all),
        *layout.numbers.items(),
    ]
    axes.set_yticks(
        [
            *(place.height for place in layout.of_all),
            *(start + layout.band / 2 for start in layout.bands.values()),
        ],
        [f"{name} ({width:.0f})" if several and width > 0 else name for name, width in named],
    )
    for label in axes.get_yticklabels()[: len(layout.of_all)]:
        label.set_color(GREY)
    axes.set_ylim(layout.bottom, 0)


def _keys(layout: _Layout, summary: pd.DataFrame) -> list[Artist]:
    """What each mark stands for; the ring has a key where the last panel has one."""
    keys: list[Artist] = [
        Line2D(
            [],
            [],
            label="predicted class alone" if name == _OF_A_TARGET else name,
            **_slot(layout.slots, name),
        )
        for name in layout.slots
    ]
    if _ringed(summary, list(PANELS)[-1]):
        keys.append(Line2D([], [], label="strongest on held-out images", **_RING))
    return keys


def _rows(place: _Place, summary: pd.DataFrame, baselines: pd.DataFrame) -> pd.DataFrame:
    """The rows of what stands at a place, one for each seed."""
    of_attack = place.target is not None and place.name != _OF_A_TARGET
    table, key = (summary, "attacker") if of_attack else (baselines, "baseline")
    rows = table[table[key] == place.name]
    if place.target is not None:
        return rows[rows["target"] == place.target]
    return rows if math.isnan(place.width) else rows[rows["numbers"] == place.width]


def _runs(place: _Place, layout: _Layout) -> list[tuple[float, float]]:
    """From where to where a shared baseline's line runs: through the bands of its width."""
    if math.isnan(place.width) or {place.width} == set(layout.numbers.values()):
        return [(place.height, layout.bottom)]
    return [
        (start, start + layout.band)
        for target, start in layout.bands.items()
        if layout.numbers[target] == place.width
    ]


def _skill_axis(axes: Axes, values: list[float]) -> None:
    least = max(_LEAST_SKILL, min([-0.05, *values]) - 0.03)
    axes.set_xlim(least, max([0.1, *values]) * 1.06)
    axes.xaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10]))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: _signed(value, 1)))
    axes.set_xlabel("1: perfect, 0: no better\nthan the mean image")


def _share_axis(axes: Axes, values: list[float]) -> None:
    positive = [value for value in values if value > 0] or [0.1]
    axes.set_xscale("log")
    axes.set_xlim(
        max(min(positive), max(positive) / 1000) / 1.5, min(_MOST_SHARE, 1.5 * max(positive))
    )
    axes.xaxis.set_major_locator(FixedLocator(_SHARES))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{100 * value:g}%"))
    axes.set_xlabel("Share picked out among the drawings\nof the right character (log scale)")


def _draw(axes: Axes, height: float, found: Measured, seeds: list[float], look: Look) -> None:
    """A mark with its interval and its seeds; an arrow and a number for what is off the axis."""
    least, most = axes.get_xlim()
    if found.value < least:
        edge = axes.get_yaxis_transform()
        axes.plot(0.015, height, transform=edge, **look | _ARROW)
        number = _signed(found.value, 2) if axes.get_xscale() == "linear" else percent(found.value)
        axes.annotate(
            number,
            (0.015, height),
            xytext=(6, 0),
            xycoords=edge,
            textcoords="offset points",
            va="center_baseline",
            fontsize=8,
            color=look["color"],
            path_effects=[withStroke(linewidth=2.5, foreground="white")],
        )
        return
    if found.low < found.high:
        ends = np.clip([found.low, found.high], least, most)
        axes.plot(ends, [height] * 2, color=look["color"], linewidth=1.4, zorder=3)
    axes.plot(seeds, [height] * len(seeds), **look | {"markersize": 3, "alpha": 0.5})
    axes.plot(found.value, height, **look)


def _say_not_run(axes: Axes, bottom: float, said: Sequence[str]) -> None:
    """A line at the foot of a target's band."""
    axes.annotate(
        f"not run: {'; '.join(said)}",
        (0.015, bottom),
        xytext=(0, 2),
        xycoords=axes.get_yaxis_transform(),
        textcoords="offset points",
        fontsize=7,
        color=GREY,
    )


def _slot(slots: list[str], name: str) -> Look:
    if name == _OF_A_TARGET:
        return _marker("x", GREY) | {"markeredgewidth": 1.6}
    index = slots.index(name)
    return _marker(MARKERS[index % len(MARKERS)], PALETTE[index % len(PALETTE)])


def _marker(marker: MarkerType, color: str) -> Look:
    return {"marker": marker, "color": color, "linestyle": "none", "markersize": 6, "zorder": 4}


def _signed(value: float, places: int) -> str:
    return f"{value:.{places}f}".replace("-", "−")
