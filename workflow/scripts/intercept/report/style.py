"""One look for every figure: legible in print, safe for colour-blind readers, no display."""

import io
import math
from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, TypedDict

import numpy as np
from matplotlib import rc_context
from matplotlib.artist import Artist
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import TextPath
from matplotlib.typing import LineStyleType, MarkerType, RcKeyType
from PIL import Image

from intercept.runtime.files import whole

# Okabe and Ito's palette without its yellow, which vanishes on white paper.
PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
LINE_STYLES: tuple[LineStyleType, ...] = ("-", "--", ":", "-.")
MARKERS: tuple[MarkerType, ...] = ("o", "s", "^", "D", "v", "P", "X", "*")
GREY = "#595959"
FONT = "DejaVu Sans"  # comes with matplotlib
FONT_POINTS = 10
MISSING = "–"

_COLOURS = 256  # of a figure as a picture

RC: dict[RcKeyType, Any] = {
    "figure.facecolor": "white",
    "figure.dpi": 100,
    "font.family": FONT,
    "font.size": FONT_POINTS,
    "axes.labelsize": 10,
    "axes.titlesize": 11,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#D9D9D9",
    "grid.linewidth": 0.6,
    "legend.frameon": False,
    "legend.fontsize": 9,
    "lines.linewidth": 1.8,
    "lines.markersize": 4.5,
    "xtick.labelsize": 9,
    "ytick.labelsize": 9,
    # A target's name is data: a dollar sign in it is not mathematics.
    "text.parse_math": False,
    "savefig.dpi": 200,
    # The same figure gives the same bytes.
    "svg.hashsalt": "intercept",
}


class Look(TypedDict, total=False):
    """How a line or its markers look, in matplotlib's keywords."""

    color: str
    linestyle: LineStyleType
    linewidth: float
    alpha: float
    marker: MarkerType
    markersize: float
    markerfacecolor: str
    markeredgecolor: str
    markeredgewidth: float
    zorder: float


def styled() -> AbstractContextManager[None]:
    """Return a context manager under which artists and files take the report's look."""
    return rc_context(RC)


def new_figure(width: float, height: float) -> Figure:
    """Return an empty figure of `width` x `height` inches, with a constrained layout.

    It is made without pyplot, so it renders with Agg and nothing has to be closed afterwards.
    """
    return Figure(figsize=(width, height), layout="constrained")


def series(index: int) -> Look:
    """Return colour, line style and marker of the line number `index` (0, 1, ...).

    The first 28 differ in colour or line style, the first 56 in colour or marker; neighbours
    differ in marker too, for grey prints.
    """
    return {
        "color": PALETTE[index % len(PALETTE)],
        "linestyle": LINE_STYLES[index // len(PALETTE) % len(LINE_STYLES)],
        "marker": MARKERS[index % len(MARKERS)],
    }


def headline(figure: Figure, title: str) -> None:
    """Write `title` over the figure."""
    figure.suptitle(title, fontsize=11, fontweight="bold")


def legend_below(figure: Figure, handles: Sequence[Artist]) -> None:
    """Write the legend under the axes, in as many columns as fit, and make room for its rows.

    Args:
        figure: with a constrained layout.
        handles: at least one, each with its label.
    """
    widths = [text_width(str(handle.get_label()), RC["legend.fontsize"]) for handle in handles]

    def width(columns: int) -> float:
        return sum(max(column) + 0.55 for column in np.array_split(widths, columns))

    fitting = [n for n in range(len(handles), 0, -1) if width(n) < figure.get_figwidth()]
    rows = -(-len(handles) // (fitting or [1])[0])
    figure.set_figheight(figure.get_figheight() + 0.2 * rows)
    figure.legend(handles=handles, loc="outside lower center", ncols=-(-len(handles) // rows))


def save(figure: Figure, stem: str | Path) -> None:
    """Write a figure as `<stem>.png` (200 dpi, 256 colours) and `<stem>.svg`.

    The folder is made when it is missing. Each file appears whole or not at all.

    Raises:
        UserError: the disk is full, or the folder cannot be written.
    """
    with styled():
        with whole(f"{stem}.png") as temporary, io.BytesIO() as content:
            figure.savefig(content, format="png")
            # The usual method makes one of two colours of which there is little.
            few = (
                Image.open(content)
                .convert("RGB")
                .quantize(_COLOURS, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
            )
            few.save(temporary, optimize=True, dpi=(RC["savefig.dpi"],) * 2)
        with whole(f"{stem}.svg") as temporary:
            # Without the date, the same figure gives the same bytes.
            figure.savefig(temporary, metadata={"Date": None})


def text_width(line: str, points: float = FONT_POINTS) -> float:
    """Return the width of one line of text in inches, as if it were bold, without drawing it."""
    if not line:
        return 0.0
    path = TextPath((0, 0), line, points, prop=FontProperties(family=FONT, weight="bold"))
    return path.get_extents().x1 / 72


def percent(value: float) -> str:
    """Format a fraction as a percentage, with two decimals below 10%, else one; "–" for NaN."""
    if math.isnan(value):
        return MISSING
    return f"{100 * value:.{1 if abs(value) >= 0.1 else 2}f}%".replace("-", "−")


def percent_at_most(value: float) -> str:
    """Format a bound from above as `percent` does, rounded up; "–" for NaN."""
    return percent(rounded_up(value, 3 if value >= 0.1 else 4))


def rounded_up(value: float, places: int) -> float:
    """The least number of so many decimals that is not below a value; NaN stays.

    What exceeds one by a millionth of the last place is taken for rounding.
    """
    scale = 10**places
    return value if math.isnan(value) else math.ceil(round(value * scale, 6)) / scale


def shown_epsilon(value: float) -> str:
    """Format a stated epsilon, rounded up, with three digits or more if whole.

    "–" for NaN, "∞" for infinity.
    """
    if math.isnan(value):
        return MISSING
    if math.isinf(value):
        return "∞"
    places = 0 if value == 0 or value >= 99.95 else 1 if value >= 9.995 else 2
    if value and value < 0.995:
        places = 2 - math.floor(math.log10(value))
    return f"{rounded_up(value, places):,.{places}f}"
