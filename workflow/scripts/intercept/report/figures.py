"""The report's figures. Each function returns a matplotlib Figure; `save` writes one to disk."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullLocator, PercentFormatter

from intercept.files import whole
from intercept.report.style import (
    GREY,
    PALETTE,
    broken,
    headline,
    new_figure,
    percent,
    series,
    shown_epsilon,
    styled,
    text_width,
)

SHOWN = 16  # images of a set: as many as the post shows

CELL = 0.6  # inches, one image of the reconstruction grid
GAP = 0.06  # inches, between two of them

GROUPS = {
    "unseen": "Images the attacker never saw",
    "seen": "Images that are in the attacker's set",
}
RANKS = {"top1": "top-1", "top5": "top-5"}


def target_label(target: str, privacy: Mapping[str, Any]) -> str:
    """What stands beside a target's images: its name and, trained with noise, its epsilon.

    Args:
        target: its name.
        privacy: its privacy record.
    """
    if not privacy["noise_multiplier"]:
        return target
    if privacy["claimed"]:
        return f"{target}\nε claimed: {shown_epsilon(privacy['claimed']['epsilon'])}"
    epsilon = privacy["epsilon"]["sampler_that_ran"]
    if epsilon is None:
        return f"{target}\nε unknown"
    holds = "" if privacy["is_a_guarantee"] else ", not a guarantee"
    return f"{target}\nε = {shown_epsilon(epsilon)}{holds}"


def samples(images: np.ndarray, title: str, synthetic: bool) -> Figure:
    """Show the first images of one set in rows of eight.

    Args:
        images: float [n, height, width] or [n, height, width, 1], 0 (ink) to 1 (paper), n >= 1;
            at most 16 are shown.
        title: what the set is.
        synthetic: whether the figure must say that its data are synthetic.

    Raises:
        ValueError: there is no image, or the array has another shape.
    """
    images = _greyscale(images)
    columns = min(8, len(images))
    rows = -(-len(images) // columns)
    with styled():
        figure = new_figure(max(columns, 4), rows + 0.35 + 0.2 * synthetic)
        grid = figure.subplots(rows, columns, squeeze=False).ravel()
        for axes, image in zip(grid, images, strict=False):
            _show(axes, image)
        for axes in grid[len(images) :]:
            axes.remove()
        headline(figure, title, synthetic)
    return figure


def reconstructions(
    originals: np.ndarray, rows: Sequence[tuple[str, np.ndarray]], synthetic: bool
) -> Figure:
    """Set reconstructions under the images that they should show.

    Args:
        originals: float [n, height, width] or [n, height, width, 1], 0 (ink) to 1 (paper), n >= 1;
            at most 16 are shown, on the top row.
        rows: one (label, images) for each further row, the images in the order and the shape of
            `originals`; values outside 0 to 1 are clipped.
        synthetic: whether the figure must say that its data are synthetic.

    Raises:
        ValueError: there is no image, an array has another shape, or a row's differs from the
            originals'.
    """
    lines = [("original", _greyscale(originals))]
    for label, images in rows:
        images = _greyscale(images)
        if images.shape != lines[0][1].shape:
            raise ValueError(
                f"row {label!r}: images of shape {images.shape} cannot stand under originals of "
                f"shape {lines[0][1].shape}"
            )
        lines.append((label, images))
    labels = [broken(label) for label, _ in lines]
    # Placed by hand, in inches: an automatic layout of a hundred axes takes seconds.
    left = max(text_width(line) for label in labels for line in label.split("\n")) + 3 * GAP
    top = 2 * GAP + 0.3 * synthetic
    columns = len(lines[0][1])
    with styled():
        width = max(left + columns * (CELL + GAP) + GAP, 3.0)
        height = top + len(lines) * (CELL + GAP) + GAP
        figure = new_figure(width, height, layout=None)
        for row, (_, images) in enumerate(lines):
            bottom = height - top - (row + 1) * (CELL + GAP) + GAP
            figure.text(
                (left - GAP) / width,
                (bottom + CELL / 2) / height,
                labels[row],
                ha="right",
                va="center",
                fontweight="bold" if row == 0 else "normal",
            )
            for column, image in enumerate(images):
                x = left + column * (CELL + GAP)
                box = (x / width, bottom / height, CELL / width, CELL / height)
                _show(figure.add_axes(box), image)
        headline(figure, "", synthetic)
    return figure


def training_curves(histories: Mapping[str, pd.DataFrame], synthetic: bool) -> Figure:
    """Draw the targets' accuracy over the epochs, training on the left, validation on the right.

    Args:
        histories: label of a target -> its history with the columns epoch (from 1),
            train_accuracy and validation_accuracy (0 to 1; missing values are left out).
        synthetic: whether the figure must say that its data are synthetic.

    Raises:
        ValueError: no history has an epoch.
    """
    histories = _with_epochs(histories)
    panels = {"train_accuracy": "Training set", "validation_accuracy": "Validation set"}
    with styled():
        figure = new_figure(8.5, 4.2)
        grid = figure.subplots(1, len(panels), sharex=True, sharey=True)
        for axes, (column, title) in zip(grid, panels.items(), strict=True):
            _curves(axes, histories, column)
            axes.set(title=title, xlabel="Epoch", ylim=(0, 1))
            axes.yaxis.set_major_formatter(PercentFormatter(1))
        grid[0].set_ylabel("Accuracy")
        _legend_below(figure, grid[0])
        headline(figure, "", synthetic)
    return figure


def attacker_curves(
    histories: Mapping[str, pd.DataFrame], synthetic: bool, mean_image_mse: float | None = None
) -> Figure:
    """Draw the attackers' error on their own training images over the epochs, on a log scale.

    Args:
        histories: label of an attack -> its history with the columns epoch (from 1) and mse
            (mean squared error a pixel, > 0).
        synthetic: whether the figure must say that its data are synthetic.
        mean_image_mse: MSE of the attacker's mean image on the same images, drawn as a dashed
            line; left out when None.

    Raises:
        ValueError: no history has an epoch.
    """
    histories = _with_epochs(histories)
    with styled():
        figure = new_figure(7, 4.4)
        axes = figure.subplots()
        _curves(axes, histories, "mse")
        if mean_image_mse is not None:
            axes.axhline(mean_image_mse, color=GREY, linestyle="--", label="mean image")
        axes.set(xlabel="Epoch", ylabel="MSE on the attacker's own set", yscale="log")
        axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        axes.yaxis.set_minor_locator(NullLocator())
        _legend_below(figure, axes)
        headline(figure, "", synthetic)
    return figure


def identification(summary: pd.DataFrame, synthetic: bool) -> Figure:
    """Draw how often the reconstruction picks the true image among all, unseen and seen apart.

    One line a target (and release and attacker, where there are several): the mean over the seeds
    as a large mark and a number, each seed as a small mark, chance as a dashed line. The axis is
    logarithmic down to one image in all, and linear from there to zero.

    Args:
        summary: the rows of summary.csv. A group without images (`seen_images` 0) gets no panel.
        synthetic: whether the figure must say that its data are synthetic.

    Raises:
        ValueError: no group holds an image.
    """
    counts = {group: int(summary[f"{group}_images"].max()) for group in GROUPS}
    groups = [group for group in GROUPS if counts[group] > 0]
    if not groups:
        raise ValueError("no evaluation images: neither unseen_images nor seen_images is positive")
    keys = ["target", *(key for key in ("release", "attacker") if summary[key].nunique() > 1)]
    attacks = list(summary.groupby(keys, sort=False))
    with styled():
        height = 1.7 + 0.55 * len(attacks) + 0.25 * synthetic
        figure = new_figure(5.2 + 4 * (len(groups) - 1), height)
        grid = figure.subplots(1, len(groups), sharex=True, sharey=True, squeeze=False)[0]
        for axes, group in zip(grid, groups, strict=True):
            _identified(axes, [rows for _, rows in attacks], group, counts[group])
            axes.set_title(f"{GROUPS[group]}\n(1 of {counts[group]:,})")
            axes.set_xlabel("Identified")
        figure.get_layout_engine().set(wspace=0.06)
        smallest = 1 / max(counts[group] for group in groups)
        grid[0].set_xscale("symlog", linthresh=smallest, linscale=0.4)
        grid[0].set_xlim(-smallest / 4, 1.3)
        decades = [10.0**power for power in range(-6, 1) if 10.0**power > smallest]
        grid[0].set_xticks([0, *decades], minor=False)
        grid[0].xaxis.set_minor_locator(NullLocator())
        grid[0].xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{100 * value:g}%"))
        grid[0].set_yticks(range(len(attacks)), ["\n".join(names) for names, _ in attacks])
        grid[0].set_ylim(len(attacks) - 0.5, -0.5)
        _legend_below(figure, grid[0])
        headline(figure, "", synthetic)
    return figure


def save(figure: Figure, stem: str | Path) -> tuple[Path, Path]:
    """Write a figure as `<stem>.png` (200 dpi) and `<stem>.svg`, and return both paths.

    The folder is made when it is missing. Each file appears whole or not at all.

    Raises:
        UserError: the disk is full, or the folder cannot be written.
    """
    paths = (Path(f"{stem}.png"), Path(f"{stem}.svg"))
    metadata = (None, {"Date": None})  # without the date, the same figure gives the same bytes
    for path, entries in zip(paths, metadata, strict=True):
        with whole(path) as temporary, styled():
            figure.savefig(temporary, metadata=entries)
    return paths


def _greyscale(images: np.ndarray) -> np.ndarray:
    """Return the first images as [n, height, width] with values in 0 to 1."""
    images = np.asarray(images)
    if images.ndim == 4 and images.shape[-1] == 1:
        images = images[..., 0]
    if images.ndim != 3 or len(images) == 0:
        raise ValueError(
            "images must be [n, height, width] or [n, height, width, 1] with n >= 1, "
            f"not {images.shape}"
        )
    return np.clip(images[:SHOWN], 0, 1)


def _show(axes: Axes, image: np.ndarray) -> None:
    axes.imshow(image, cmap="gray", vmin=0, vmax=1)
    axes.set(xticks=[], yticks=[])
    axes.grid(False)
    for spine in axes.spines.values():  # the frame shows where white paper ends
        spine.set(visible=True, color="#BFBFBF", linewidth=0.6)


def _with_epochs(histories: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Leave out what was never trained (a control may have 0 epochs)."""
    trained = {label: history for label, history in histories.items() if len(history)}
    if not trained:
        raise ValueError("no history has an epoch to draw")
    return trained


def _curves(axes: Axes, histories: Mapping[str, pd.DataFrame], column: str) -> None:
    for index, (label, history) in enumerate(histories.items()):
        known = history.dropna(subset=[column])
        every = max(1, len(known) // 10)  # a marker a tenth of the way keeps long curves clean
        axes.plot(known["epoch"], known[column], label=label, markevery=every, **series(index))
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1, steps=[1, 2, 5, 10]))
    axes.margins(x=0.02)


def _identified(axes: Axes, attacks: list[pd.DataFrame], group: str, candidates: int) -> None:
    for index, (rank, name) in enumerate(RANKS.items()):
        color, marker = PALETTE[index], "oD"[index]
        shift = (-0.17, 0.17)[index]
        chance = min(1, int(name[-1]) / candidates)
        for position, rows in enumerate(attacks):
            values = rows[f"{group}_{rank}"].dropna()
            if values.empty:
                continue
            y = position + shift
            if len(values) > 1:
                axes.plot(values, [y] * len(values), marker, color=color, alpha=0.5, markersize=3)
            label = name if position == 0 else None
            axes.plot(values.mean(), y, marker, color=color, markersize=7, label=label)
            axes.annotate(
                percent(values.mean()),
                (1.02, y),
                xycoords=("axes fraction", "data"),
                va="center_baseline",
                color=color,
                fontsize=9,
            )
        axes.axvline(chance, color=color, linestyle="--", linewidth=1.1, label=f"chance, {name}")
    axes.grid(False, axis="y")


def _legend_below(figure: Figure, axes: Axes) -> None:
    handles, labels = axes.get_legend_handles_labels()
    longest = max(map(len, labels))  # in letters, each about 0.08 inches
    fitting = max(1, min(4, int(figure.get_figwidth() / (0.08 * longest + 0.6))))
    rows = -(-len(labels) // fitting)
    figure.set_figheight(figure.get_figheight() + 0.2 * (rows - 1))
    figure.legend(handles, labels, loc="outside lower center", ncols=-(-len(labels) // rows))
