"""What is stated of each audited training, and what audits show of it at least."""

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from intercept.report.figures.source import Source
from intercept.report.style import GREY, PALETTE, Look, legend_below, new_figure, styled

_WIDTH, _ROW, _MARGIN = 6.4, 0.42, 1.5  # inches
_TICKS = (0, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)
_STATED: Look = {"linestyle": "none", "marker": "|", "markersize": 16, "markeredgewidth": 2.2}
_CEILING: Look = {"color": GREY, "linestyle": ":", "linewidth": 1.2, "zorder": 1}
_BOUNDS: dict[str, tuple[str, Look]] = {
    "audited_this_mechanism": ("at least, of this mechanism", {"marker": "o", "color": PALETTE[0]}),
    "audited_any_mechanism": ("at least, of any mechanism", {"marker": "s", "color": PALETTE[1]}),
    "audited_outsider": ("at least, by an outsider", {"marker": "^", "color": PALETTE[2]}),
}


def draw(source: Source) -> Figure:
    """The figure of a study."""
    return audited(source.table("audits"))


def audited(audits: pd.DataFrame) -> Figure:
    """Draw a row for each audited training, of each target and seed, with epsilon to the right.

    The axis is linear up to 1 and logarithmic beyond. The grey line is what lies between the
    largest lower bound and what is stated.

    Args:
        audits: the rows of audits.csv, of which one at least is of an audit.
    """
    rows = audits[audits["guesses"] > 0]
    with styled():
        figure = new_figure(_WIDTH, _ROW * len(rows) + _MARGIN)
        axes = figure.subplots()
        for place, row in enumerate(rows.to_dict("records")):
            bounds = {name: row[name] for name in _BOUNDS if not np.isnan(row[name])}
            if not np.isnan(row["epsilon"]):
                ends = [max(bounds.values()), row["epsilon"]]
                axes.plot(ends, [place] * 2, color=GREY, linewidth=0.9, alpha=0.5, zorder=1)
                axes.plot(row["epsilon"], place, color="black", zorder=2, **_STATED)
            for name, bound in bounds.items():
                axes.plot(bound, place, linestyle="none", markersize=7, **_BOUNDS[name][1])
        ceiling = rows["audited_at_most"].max()
        axes.axvline(ceiling, **_CEILING)
        _scale(axes, max(ceiling, rows["epsilon"].max()))
        several = rows["seed"].nunique() > 1
        names = [
            f"{row['target']}, seed {row['seed']}" if several else row["target"]
            for row in rows.to_dict("records")
        ]
        axes.set_yticks(range(len(rows)), names)
        axes.set_ylim(len(rows) - 0.5, -0.5)
        axes.grid(visible=False, axis="y")
        axes.set_xlabel("ε")
        legend_below(figure, _keys())
    return figure


def _scale(axes: Axes, largest: float) -> None:
    axes.set_xscale("symlog", linthresh=1)
    ends = [tick for tick in _TICKS if tick >= 1.1 * largest]
    axes.set_xlim(-0.06, ends[0] if ends else 1.3 * largest)
    axes.xaxis.set_major_locator(FixedLocator(_TICKS))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))


def _keys() -> list[Artist]:
    looks: dict[str, Look] = {"stated": {"color": "black", **_STATED}}
    looks |= {
        label: {"linestyle": "none", "markersize": 7, **look} for label, look in _BOUNDS.values()
    }
    looks["most that could be shown of any mechanism"] = _CEILING
    return [Line2D([], [], label=label, **look) for label, look in looks.items()]
