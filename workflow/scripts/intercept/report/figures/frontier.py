"""The figure to decide by: accuracy against what leaks on every wire, with its limits."""

import math

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import NullFormatter, PercentFormatter
from matplotlib.typing import MarkerType

from intercept.bounds.class_code import limit_line
from intercept.report.figures.source import Source
from intercept.report.findings import candidates, chance
from intercept.report.frontier import UNDEFENDED, pareto
from intercept.report.rows import judged_groups
from intercept.report.style import (
    GREY,
    MARKERS,
    PALETTE,
    Look,
    legend_below,
    new_figure,
    styled,
)
from intercept.report.verdict import NOT_PRIVATE, Verdict, Wire, same_attackers, wires

_MEASURE = "within_character"
_PANEL = (5.4, 3.3)  # inches
_NARROW = 0.05  # of accuracies, where per cents need a decimal
_NOTHING = "No server part, so that no accuracy is known"
_SHAPES: tuple[MarkerType, ...] = (  # of targets
    *MARKERS,
    *("p", "h", "8", "<", ">", "d"),
)
_REBUILT: Look = {"linestyle": "none", "markersize": 8, "zorder": 5}
_OPTIMUM: Look = {"linestyle": "none", "markersize": 9, "markerfacecolor": "white", "zorder": 4}
_PROMISE: Look = {"linestyle": "none", "marker": "_", "markersize": 16, "markeredgewidth": 2}
_FRONT: Look = {"color": "black", "linestyle": (0, (4, 2)), "linewidth": 0.9, "zorder": 1}
# Of defences: the palette without its black, and Tol's muted scheme without what is like it.
_COLORS = (*PALETTE[:-1], "#332288", "#661100", "#117733", "#882255", "#999933", "#44AA99")
_CLASS: Look = {"color": PALETTE[5], "linestyle": "-.", "linewidth": 1.2, "zorder": 1}
_CHANCE: Look = {"color": GREY, "linestyle": ":", "linewidth": 1.2, "zorder": 1}


def draw(source: Source) -> Figure:
    """The figure of a study."""
    return frontier(source.table("summary"), source.table("baselines"))


def frontier(summary: pd.DataFrame, baselines: pd.DataFrame) -> Figure:
    """Draw a panel for each cut layer: identification within a character over accuracy.

    A layer where no server part has an accuracy has no panel; if none has, one says so.

    A wire has up to three marks at the accuracy of its server part: filled, what the attacker
    gets that is strongest of those that rebuild and that all wires met; open, the optimum; a
    dash, the promise, if there is one. Bars are 95% intervals. Colours are defences, shapes
    targets. The dashed line joins the optima to whose lower right there is no other. Where noise
    promises something, a line shows how accurate the predicted class alone could be at each
    promise (`intercept.bounds.class_code`), as the most accurate network cut there predicts it.

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
    drawn = [wire for wire in everything if wire.server.known]
    targets = {wire.target: wire.outside_guarantee for wire in drawn}
    found = dict.fromkeys(wire.defence for wire in drawn)
    defences = sorted(found, key=lambda defence: defence != UNDEFENDED)
    layers = list(dict.fromkeys(wire.cut_layer for wire in drawn)) or [everything[0].cut_layer]
    guessing, several = chance(baselines, groups[0]), candidates(summary, groups[0])
    of = f" of {several}" if several else ""
    joined = False
    with styled():
        figure = new_figure(_PANEL[0], _PANEL[1] * len(layers))
        grid = figure.subplots(len(layers), 1, squeeze=False, sharex=True, sharey=True)[:, 0]
        for axes, layer in zip(grid, layers, strict=True):
            here = [wire for wire in drawn if wire.cut_layer == layer]
            front = pareto(here, lambda wire: wire.verdicts[_MEASURE].optimum)
            across = [wire.server.value for wire in front]
            joined |= len(front) > 1
            axes.plot(across, [one.verdicts[_MEASURE].optimum.value for one in front], **_FRONT)
            for wire in here:
                look = _look(wire, list(targets), defences)
                _draw(axes, wire, wire.verdicts[_MEASURE], look)
            axes.axhline(guessing, **_CHANCE)  # not drawn where it is unknown
            axes.set(ylim=(-0.03, 1.05), ylabel=f"Right one{of} picked out")
            axes.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
            if len(layers) > 1:
                axes.set_title(f"Cut at {layer}")
        shown = grid[0].get_xlim()  # by all panels; most of a line may be far from every wire
        limited = False
        for axes, layer in zip(grid, layers, strict=True):
            here = [wire for wire in drawn if wire.cut_layer == layer]
            whole = summary.loc[summary["cut_layer"] == layer, "validation_accuracy"].max()
            limit = _class_alone(here, whole, int(summary["classes"].iloc[0]), several)
            axes.plot(*limit, **_CLASS)
            limited |= limit[0].size > 0
        grid[0].set_xlim(shown)
        narrow = shown[1] - shown[0] < _NARROW
        grid[-1].xaxis.set_major_formatter(PercentFormatter(1, decimals=int(narrow)))
        grid[-1].set_xlabel("Server accuracy")
        if not drawn:
            grid[0].text(0.5, 0.5, _NOTHING, transform=grid[0].transAxes, ha="center")
            grid[0].xaxis.set_major_formatter(NullFormatter())
        verdicts = [wire.verdicts[_MEASURE] for wire in drawn]
        there = {
            "rebuilt": any(one.attacks["rebuilds"].known for one in verdicts),
            "best possible": any(one.optimum.known for one in verdicts),
            "promised": any(one.promise < 1 for one in verdicts),
            "guessing": not math.isnan(guessing),
            "no other beats these": joined,
            "class alone, at best": limited,
        }
        legend_below(figure, _keys(targets, defences, there))
    return figure


def _promised(wire: Wire) -> bool:
    """Whether noise on the wire promises something."""
    return wire.ratio > 0 and wire.verdicts[_MEASURE].promise < 1


def _class_alone(
    here: list[Wire], whole: float, classes: int, several: int | None
) -> tuple[np.ndarray, np.ndarray]:
    """Accuracies that the predicted class alone could have through noise, and their promises.

    A device may know the class as well as the whole network, and as any server part at this cut.
    """
    known = [whole, *(one.value for wire in here for one in (wire.accuracy, wire.fine_tuned))]
    known = [accuracy for accuracy in known if not math.isnan(accuracy)]
    if not (known and several and classes > 1 and any(map(_promised, here))):
        return np.empty(0), np.empty(0)
    promises, accuracies = limit_line(classes, max(1 / classes, *known), several)
    return accuracies, promises


def _draw(axes: Axes, wire: Wire, verdict: Verdict, look: Look) -> None:
    x, rebuilt, color = wire.server, verdict.attacks["rebuilds"], look["color"]
    shares = [rebuilt.value, verdict.optimum.value]
    shares += [verdict.promise] if verdict.promise < 1 else []
    known = [share for share in shares if not math.isnan(share)]
    axes.plot([x.value] * 2, [min(known), max(known)], color=color, linewidth=0.9, alpha=0.45)
    for across, up in (
        ([x.value] * 2, [rebuilt.low, rebuilt.high]),
        ([x.low, x.high], [verdict.optimum.value] * 2),
    ):
        if np.isfinite([*across, *up]).all():
            axes.plot(across, up, color=color, linewidth=1.4, alpha=0.7, zorder=3)
    if verdict.promise < 1:
        axes.plot(x.value, verdict.promise, **look | _PROMISE)
    axes.plot(x.value, verdict.optimum.value, **look | _OPTIMUM)
    if rebuilt.known:
        axes.plot(x.value, rebuilt.value, **look | _REBUILT)


def _look(wire: Wire, targets: list[str], defences: list[str]) -> Look:
    return {
        "marker": _SHAPES[targets.index(wire.target) % len(_SHAPES)],
        "color": _color(defences.index(wire.defence)),
    }


def _color(index: int) -> str:
    return "black" if index == 0 else _COLORS[(index - 1) % len(_COLORS)]


def _keys(targets: dict[str, bool], defences: list[str], there: dict[str, bool]) -> list[Artist]:
    """The legend: of the targets with whether further training left their guarantee, of the
    defences, and of what is drawn of each kind of mark and line."""
    grey: Look = {"color": GREY, "marker": "o"}
    looks: dict[str, Look] = {
        "rebuilt": grey | _REBUILT,
        "best possible": grey | _OPTIMUM,
        "promised": grey | _PROMISE,
        "guessing": _CHANCE,
        "no other beats these": _FRONT,
        "class alone, at best": _CLASS,
    }
    looks = {name: look for name, look in looks.items() if there[name]}
    none = "no defence at the wire"
    patch: Look = {"linewidth": 4}
    looks |= {
        none if name == UNDEFENDED else name: patch | {"color": _color(index)}
        for index, name in enumerate(defences)
    }
    if len(targets) > 1:
        looks |= {
            name + (NOT_PRIVATE if outside else ""): _REBUILT
            | {"color": GREY, "marker": _SHAPES[index % len(_SHAPES)]}
            for index, (name, outside) in enumerate(targets.items())
        }
    return [Line2D([], [], label=label, **look) for label, look in looks.items()]
