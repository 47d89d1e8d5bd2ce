"""The strongest attack on each noisy wire, what is possible there, and what is promised."""

import math

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from intercept.report.figures.source import Source
from intercept.report.rows import judged_groups
from intercept.report.style import (
    GREY,
    MARKERS,
    PALETTE,
    Look,
    headline,
    legend_below,
    new_figure,
    styled,
)
from intercept.report.verdict import Verdict, wires

PANELS = {"within_character": "Out of the drawings of its character", "top1": "Out of all"}

_SHARES = (0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1)
_LEAST = 1e-6  # drawn in the place of 0, which a logarithm has not
_ATTACK: Look = {"linestyle": "none", "markersize": 6, "zorder": 5}
_OPTIMUM: Look = {"linestyle": "none", "markersize": 8, "markerfacecolor": "white", "zorder": 4}
_PROMISE: Look = {"linestyle": "none", "marker": "_", "markersize": 15, "markeredgewidth": 2}
_GREY: Look = {"color": GREY, "marker": "o"}
_STEM: Look = {"linewidth": 0.9, "alpha": 0.45, "zorder": 2}


def draw(source: Source) -> Figure:
    """The figure of a study."""
    return bounds(source.table("summary"))


def bounds(summary: pd.DataFrame) -> Figure:
    """Draw three shares of each noisy wire over √K·R/σ: attacked, possible and promised.

    The attack is the strongest that answers one input at a time, of all that the wire met: the
    other two are about such attacks. Bars are their 95% intervals.

    Args:
        summary: the rows of summary.csv, some of noisy wires; unseen images are drawn, or seen
            ones where there are no unseen.

    Raises:
        ValueError: no wire is noisy, or there is no evaluation image.
    """
    groups = judged_groups(summary)
    noisy = (
        [wire for wire in wires(summary, groups[0]) if not math.isnan(wire.ratio)] if groups else []
    )
    if not noisy:
        raise ValueError("no noisy wire with evaluation images")
    places = list(dict.fromkeys((wire.target, wire.cut_layer) for wire in noisy))
    looks: dict[tuple[str, str], Look] = {
        place: {"marker": MARKERS[n % len(MARKERS)], "color": PALETTE[n % len(PALETTE)]}
        for n, place in enumerate(places)
    }
    ratios = sorted({wire.ratio for wire in noisy})
    with styled():
        figure = new_figure(8.2, 4.4)
        grid = figure.subplots(1, len(PANELS), sharex=True)
        for axes, (measure, title) in zip(grid, PANELS.items(), strict=True):
            for wire in noisy:
                place = wire.target, wire.cut_layer
                shift = 1.1 ** (places.index(place) - (len(places) - 1) / 2)
                _draw(axes, wire.verdicts[measure], wire.ratio * shift, looks[place])
            _scale(axes, [wire.verdicts[measure] for wire in noisy], ratios)
            candidates = int(summary[f"{groups[0]}_images"].max())
            axes.set_title(title if measure != "top1" else f"{title} {candidates:,}")
            axes.set_xlabel("Clip over noise, √K·R/σ")
        grid[0].set_ylabel(f"{groups[0].capitalize()} images picked out (log scale)")
        legend_below(figure, _keys(looks))
        headline(figure, "Attacked, possible and promised, one input at a time")
    return figure


def _draw(axes: Axes, verdict: Verdict, at: float, look: Look) -> None:
    attack = verdict.most()
    shares = [attack.value, verdict.optimum.value, verdict.promise]
    known = [max(share, _LEAST) for share in shares if not math.isnan(share)]
    axes.plot([at] * 2, [min(known), max(known)], color=look["color"], **_STEM)
    if attack.low < attack.high:
        ends = [max(attack.low, _LEAST), attack.high]
        axes.plot([at] * 2, ends, color=look["color"], linewidth=1.6, zorder=3)
    axes.plot(at, verdict.promise, **look | _PROMISE)
    axes.plot(at, max(verdict.optimum.value, _LEAST), **look | _OPTIMUM)
    if attack.known:
        axes.plot(at, max(attack.value, _LEAST), **look | _ATTACK)


def _scale(axes: Axes, verdicts: list[Verdict], ratios: list[float]) -> None:
    axes.set(xscale="log", yscale="log")
    axes.xaxis.set_major_locator(FixedLocator(ratios))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.set_xlim(ratios[0] / 1.35, ratios[-1] * 1.35)
    shares = [share for one in verdicts for share in (one.most().value, one.optimum.value)]
    values = np.array([share for share in shares if share > 0] or [0.01])
    axes.set_ylim(max(values.min(), values.max() / 1000) / 2, 1.4)
    axes.yaxis.set_major_locator(FixedLocator(_SHARES))
    axes.yaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{100 * value:g}%"))


def _keys(looks: dict[tuple[str, str], Look]) -> list[Artist]:
    kinds = {
        "strongest attack": _GREY | _ATTACK,
        "possible among these candidates": _GREY | _OPTIMUM,
        "promised for any candidates": _GREY | _PROMISE,
    }
    keys: list[Artist] = [Line2D([], [], label=label, **look) for label, look in kinds.items()]
    keys += [
        Line2D([], [], label=f"{target}, {layer}", **look | {"linestyle": "none"})
        for (target, layer), look in looks.items()
    ]
    return keys
