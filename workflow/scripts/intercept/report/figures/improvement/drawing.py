"""What each step brings to attackers that improve their answers."""

from collections.abc import Sequence

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from intercept.report.figures.curves import (
    keys_of,
    lines,
    panels_of,
    require,
    titled,
    without_empty,
)
from intercept.report.figures.source import Source
from intercept.report.style import GREY, legend_below, styled


def draw(source: Source) -> Figure:
    """The figure of a study."""
    return improvement(source.joined("histories"), source.names["targets"])


def improvement(histories: pd.DataFrame, targets: Sequence[str]) -> Figure:
    """Draw what each step brings to attackers that improve their answers step by step.

    Two panels for each attacker, and each wire: the activation-matching loss as a share of the
    start's, and how well the attacker's held-out images are identified.

    Args:
        histories: a row for each target, seed, wire, attacker and step with the columns
            target, seed, wire, attacker, step (0 is the start), matching_loss (0 or more) and
            reciprocal_rank (0 to 1). Each seed has its line.
        targets: all of the study, in its order, which gives each its colour.

    Raises:
        ValueError: there is no row.
    """
    require(histories)
    identity = ["target", "seed", "wire", "attacker"]
    ordered = histories.sort_values("step", kind="stable")
    start = ordered.groupby(identity)["matching_loss"].transform("first")
    histories = ordered.assign(share=(ordered["matching_loss"] / start).where(start > 0))
    attackers = [name for name in histories["attacker"].unique()]
    wires = list(histories["wire"].unique())
    rows = {"share": "MatchingLoss of the activations,\nshare of the start's"}
    rows |= {"reciprocal_rank": "Mean reciprocal rank,\nimages held out"}
    with styled():
        figure, grid = panels_of(len(wires) * len(rows), len(attackers), len(rows))
        for number, row in enumerate(grid):
            wire, column = wires[number // len(rows)], list(rows)[number % len(rows)]
            of_wire = histories[histories["wire"] == wire]
            of_panels = [of_wire[of_wire["attacker"] == attacker] for attacker in attackers]
            leftmost = without_empty(row, of_panels)
            for axes, of_panel, attacker in zip(row, of_panels, attackers, strict=True):
                lines(axes, of_panel, targets, "step", column)
                if column == "share":
                    axes.axhline(1, color=GREY, linestyle=(0, (5, 3)), lw=1.1)
                    axes.set_title(titled(attacker, wire, wires))
                    axes.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
                else:
                    axes.set_xlabel("Step")
                axes.tick_params(labelleft=axes is leftmost)
            leftmost.set_ylabel(rows[column])
        for axes in grid[: len(rows), 0]:
            axes.set_ylim(bottom=0)
        legend_below(figure, keys_of(histories, targets))
    return figure
