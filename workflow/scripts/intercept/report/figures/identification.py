"""How far an eavesdropper has to look for the image: the share identified by the k-th candidate."""

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, LogLocator

from intercept.metrics.leakage import identification_curve
from intercept.report.comparing import measured
from intercept.report.figures.source import Source
from intercept.report.rows import judged_groups, searching_attackers
from intercept.report.strongest import strongest
from intercept.report.style import GREY, Look, headline, legend_below, new_figure, series, styled

SCORES = ("group", "nearer", "equal")
"""What the figure needs of scores.csv."""

_TITLES = {
    "unseen": "Images the adversary never saw",
    "seen": "Images that are in the adversary's set",
}
_MEASURE = "top1"  # by which the strongest attacker is chosen
_WITH_INTERVALS = {1: "top1", 5: "top5"}
_MARKED = (1, 5, 20, 100, 500, 2000)
_CHANCE: Look = {"color": GREY, "linestyle": "--", "linewidth": 1.2}
_RANKING: Look = {"linestyle": ":", "linewidth": 1.3, "markersize": 3}


def draw(source: Source) -> Figure:
    """The figure of one wire."""
    summary = source.table("summary")
    rows = summary[summary["wire"] == source.names["wire"]]
    return identification_curves(rows, source.joined("scores", SCORES))


def identification_curves(summary: pd.DataFrame, scores: pd.DataFrame) -> Figure:
    """Draw the share of images that are among the k first candidates, of one wire.

    A panel for each group with images. A line for each target: its strongest attacker, chosen on
    the attacker's held-out images, the mean over the seeds, with its 95% interval at one and at
    five candidates. Attackers that search among candidates have dotted lines.

    Args:
        summary: the rows of summary.csv of one wire.
        scores: of every attack in `summary` the columns `SCORES` of scores.csv, and target, seed
            and attacker.

    Raises:
        ValueError: no group holds an image.
    """
    groups = judged_groups(summary)
    if not groups:
        raise ValueError("no evaluation images: neither unseen_images nor seen_images is positive")
    best = strongest(summary, _MEASURE)
    ranking = summary[summary["attacker"].isin(searching_attackers(summary))]
    targets = list(summary["target"].unique())
    with styled():
        figure = new_figure(1.2 + 3.6 * len(groups), 4.4)
        grid = figure.subplots(1, len(groups), sharey=True, squeeze=False)[0]
        for axes, group in zip(grid, groups, strict=True):
            candidates = int(summary[f"{group}_images"].max())
            ranks = _ranks(candidates)
            of_group = scores[scores["group"] == group]
            axes.plot(ranks, ranks / candidates, **_CHANCE)
            for index, target in enumerate(targets):
                look = series(index)
                for _, rows in ranking[ranking["target"] == target].groupby("attacker"):
                    _line(axes, rows, of_group, ranks, look | _RANKING)
                rows = best[best["target"] == target]
                if len(rows):
                    _line(axes, rows, of_group, ranks, look)
                    shift = 1.03 ** (index - (len(targets) - 1) / 2)
                    _intervals(axes, rows, group, shift, look["color"])
            axes.set_title(f"{_TITLES[group]}\n({candidates:,} candidates)")
            axes.set_xlabel("Candidates looked at, k")
            _log_axes(axes, candidates)
        most = max(summary[f"{group}_images"].max() for group in groups)
        grid[0].set(ylim=(0.6 / most, 1.25), ylabel="Share picked out within them")
        legend_below(figure, _keys(targets, best, ranking))
        headline(figure, f"Cut at {', '.join(summary['wire'].unique())}")
    return figure


def _ranks(candidates: int) -> np.ndarray:
    """Every k up to ten, and then some sixty to the last, evenly spaced on a log axis."""
    spaced = np.geomspace(1, candidates, 60).round().astype(np.int64)
    return np.unique(np.concatenate([np.arange(1, min(10, candidates) + 1), spaced]))


def _line(
    axes: Axes,
    attacks: pd.DataFrame,
    scores: pd.DataFrame,
    ranks: np.ndarray,
    look: Look,
) -> None:
    """The mean curve of attacks that differ in their seed."""
    found = scores.merge(attacks[["target", "seed", "attacker"]])
    curves = [
        identification_curve(rows["nearer"].to_numpy(), rows["equal"].to_numpy(), ranks)
        for _, rows in found.groupby("seed")
    ]
    marked = np.searchsorted(ranks, [rank for rank in _MARKED if rank <= ranks[-1]])
    axes.plot(ranks, np.mean(curves, axis=0), markevery=list(marked), **look)


def _intervals(axes: Axes, attacks: pd.DataFrame, group: str, shift: float, color: str) -> None:
    for rank, measure in _WITH_INTERVALS.items():
        found = measured(attacks, group, measure)
        if found.low < found.high:
            ends = [max(found.low, 1e-6), found.high]
            axes.plot([rank * shift] * 2, ends, color=color, linewidth=1.2)


def _log_axes(axes: Axes, candidates: int) -> None:
    axes.set(xscale="log", yscale="log", xlim=(0.7, 1.2 * candidates))
    axes.xaxis.set_major_locator(LogLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{100 * value:g}%"))


def _keys(targets: list[str], best: pd.DataFrame, ranking: pd.DataFrame) -> list[Artist]:
    keys = []
    for index, target in enumerate(targets):
        attackers = best.loc[best["target"] == target, "attacker"].unique()
        label = f"{target} ({', '.join(attackers)})" if len(attackers) else target
        keys.append(Line2D([], [], label=label, **series(index)))
    for attacker in ranking["attacker"].unique():
        met = ranking.loc[ranking["attacker"] == attacker, "target"].unique()
        of = "the same targets" if len(met) == len(targets) else ", ".join(met)
        keys.append(Line2D([], [], label=f"{of}, {attacker}", color=GREY))
        keys[-1].set(**_RANKING)
    return [*keys, Line2D([], [], label="guessing", **_CHANCE)]
