"""What the strongest attack got from each noisy wire, beside what nobody can get."""

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from intercept.report.frontier import Bounded, bounded
from intercept.report.style import (
    MARKERS,
    PALETTE,
    Look,
    headline,
    legend_below,
    new_figure,
    styled,
)

PANELS = {"within_character": "Within its character", "top1": "Among all"}

_SHARES = (0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1)
_LINES: dict[str, Look] = {
    "bound": {"color": "black", "linestyle": "-", "linewidth": 1.4},
    "fano": {"color": "black", "linestyle": ":", "linewidth": 1.4},
}


def attack_against_bound(summary: pd.DataFrame, synthetic: bool) -> Figure:
    """Draw identification by the attack that got most, over √K·R/σ, and the ceilings.

    Every attacker counts, chosen on the evaluation images themselves: a bound has to hold for the
    luckiest. Fano's ceiling differs between releases; the line is the lowest at each ratio.

    Args:
        summary: the rows of summary.csv, some of noisy releases; unseen images are drawn, or seen
            ones where there are no unseen.
        synthetic: whether the figure must say that its data are synthetic.

    Raises:
        ValueError: no release is noisy.
    """
    found = list(bounded(summary))
    if not found:
        raise ValueError("no noisy release has a bound")
    group = found[0].group
    releases = summary.drop_duplicates("release").set_index("release")
    ratios, layers = releases["clip_to_noise_ratio"], releases["cut_layer"]
    places = {(one.target, layers[one.release]): None for one in found}
    looks: dict[tuple[str, str], Look] = {
        place: {"marker": MARKERS[n % len(MARKERS)], "color": PALETTE[n % len(PALETTE)]}
        for n, place in enumerate(places)
    }
    with styled():
        figure = new_figure(8.2, 4.2 + 0.2 * synthetic)
        grid = figure.subplots(1, len(PANELS), sharex=True)
        for axes, (measure, title) in zip(grid, PANELS.items(), strict=True):
            here = [one for one in found if one.measure == measure and one.group == group]
            _ceilings(axes, here, ratios)
            for number, place in enumerate(places):
                for most in _most(here, place, layers):
                    shift = 1.04 ** (number - (len(places) - 1) / 2)
                    _draw(axes, most, ratios[most.release] * shift, looks[place])
            _scale(axes, here, sorted(set(ratios[[one.release for one in here]])))
            candidates = int(summary[f"{group}_images"].max())
            axes.set_title(title if measure != "top1" else f"{title} {candidates:,}")
            axes.set_xlabel("Clip over noise, √K·R/σ")
        grid[0].set_ylabel(f"{group.capitalize()} images identified (log scale)")
        legend_below(figure, _keys(looks))
        headline(figure, "The strongest attack beside what nobody can get", synthetic)
    return figure


def _most(here: list[Bounded], place: tuple[str, str], layers: pd.Series) -> list[Bounded]:
    """Of each release of a target cut at a layer, in each seed, the attack that got most."""
    best: dict[tuple[str, int], Bounded] = {}
    for one in here:
        if (one.target, layers[one.release]) == place:
            key = one.release, one.seed
            best[key] = max(best.get(key, one), one, key=lambda attack: attack.value)
    return list(best.values())


def _ceilings(axes: Axes, here: list[Bounded], ratios: pd.Series) -> None:
    for name, look in _LINES.items():
        least = pd.Series([getattr(one, name) for one in here]).groupby(
            [ratios[one.release] for one in here]
        )
        line = least.min()
        axes.plot(line.index, line.to_numpy(), marker="_", markersize=16, **look)


def _draw(axes: Axes, most: Bounded, at: float, look: Look) -> None:
    if most.low < most.high:
        ends = [max(most.low, 1e-6), most.high]
        axes.plot([at] * 2, ends, color=look["color"], linewidth=1.4, zorder=3)
    value = max(most.value, 1e-6)
    axes.plot(at, value, markersize=6, linestyle="none", zorder=4, **look)


def _scale(axes: Axes, here: list[Bounded], ratios: list[float]) -> None:
    axes.set(xscale="log", yscale="log")
    axes.xaxis.set_major_locator(FixedLocator(ratios))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.set_xlim(ratios[0] / 1.3, ratios[-1] * 1.3)
    values = np.array([one.value for one in here if one.value > 0] or [0.01])
    axes.set_ylim(max(values.min(), values.max() / 1000) / 2, 1.4)
    axes.yaxis.set_major_locator(FixedLocator(_SHARES))
    axes.yaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{100 * value:g}%"))


def _keys(looks: dict[tuple[str, str], Look]) -> list[Artist]:
    keys: list[Artist] = [
        Line2D([], [], label=f"{target}, {layer}", **look | {"linestyle": "none"})
        for (target, layer), look in looks.items()
    ]
    keys.append(Line2D([], [], label="ceiling by clip and noise", **_LINES["bound"]))
    keys.append(Line2D([], [], label="ceiling by information (Fano)", **_LINES["fano"]))
    return keys
