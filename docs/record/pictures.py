"""The pictures and sample pages of README.md and docs/results.md, from finished studies."""

import shutil
from collections.abc import Sequence
from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd
from keeping import ROOT, kept
from PIL import Image

from intercept.report.chromium import SIGN_OFF, picture_of, print_page
from intercept.report.pictures import SHOWN

_STRIP = (
    ("mobile_output", "contrastive", "no defence", "the 32 numbers as they are"),
    ("mobile_output", "refine", "… by another attacker", "which draws sharper (refine)"),
    ("mobile_output-noise-4", "contrastive", "noise, R/σ = 4", "Gaussian noise on each number"),
    ("mobile_output-quantisation-1", "contrastive", "one bit", "for each of the 32 numbers"),
    ("mobile_output-codebook-20", "contrastive", "one of 20 codewords", "that a codebook has"),
)
"""Of `no-dp`: the wire, by what attacker it is rebuilt, and what the row is called."""

_DOCS = ROOT / "docs"
_FIRST_SCREEN = (1280, 1296)  # down to the end of the demonstration's verdict


def draw_omniglot(results: Path) -> None:
    """Draw what the pages show of the study of config.yaml and studies/defences.yaml, of seed 1.

    Args:
        results: results/omniglot, of a study that ended and is kept.

    Raises:
        SystemExit: a wire that is shown was not attacked there; nothing is drawn.
        UserError: there is no Chromium.
    """
    figures, summary = results / "figures", kept(results.name, "summary")
    seed = summary[(summary["seed"] == 1) & (summary["target"] == "no-dp")]
    there = set(zip(seed["wire"], seed["attacker"], strict=True))
    if missing := [row[:2] for row in _STRIP if row[:2] not in there]:
        raise SystemExit(
            f"Error: {results} has no attack on {', '.join(map(' by '.join, missing))}, of no-dp: "
            "run config.yaml with studies/defences.yaml, and keep it"
        )
    for figure in ("leakage-scale/mobile_output", "frontier"):
        picture = (figures / figure).with_suffix(".png")
        shutil.copyfile(picture, _DOCS / f"{figure.split('/')[0]}.png")
    _draw_reconstructions(figures / "pictures", summary)
    _draw_strip(figures / "pictures", seed)
    _print_sign_off(results, "omniglot-summary.pdf")


def draw_demo(results: Path) -> None:
    """Take a picture of the first screen of the demonstration's page, and print its summary.

    Args:
        results: results/demo, after ``make demo``.

    Raises:
        UserError: there is no Chromium.
    """
    picture_of(_page(results), _DOCS / "demonstration.png", *_FIRST_SCREEN)
    _print_sign_off(results, "sample-summary.pdf")


def _print_sign_off(results: Path, name: str) -> None:
    print_page(_page(results) + SIGN_OFF, _DOCS / name)


def _page(results: Path) -> str:
    return (results / "report.html").resolve().as_uri()


DRAWN = {"omniglot": draw_omniglot, "demo": draw_demo}
"""By the name of a study what draws of it."""


def _draw_reconstructions(pictures: Path, summary: pd.DataFrame) -> None:
    """What the post's decoder rebuilds from each network."""
    by_post = summary[(summary["attacker"] == "post") & (summary["wire"] == "mobile_output")]
    rows = [("original", "", pictures / "originals.webp")] + [
        (target, "", pictures / target / "seed-1" / "mobile_output" / "post.webp")
        for target in by_post["target"].unique()
    ]
    _draw_rows(
        _DOCS / "reconstructions.png",
        "Rebuilt by the post's decoder of drawings that it had never seen",
        rows,
        "One training of each, seed 1.",
        shown=16,
    )


def _draw_strip(pictures: Path, summary: pd.DataFrame) -> None:
    """What the attacker whose answers are recognised best rebuilds, by what is sent."""

    def picked(wire: str, attacker: str) -> str:
        row = summary[(summary["wire"] == wire) & (summary["attacker"] == attacker)]
        return f"{row['unseen_within_character'].iloc[0]:.0%}"

    rows = [("original", "twelve drawings that were sent", pictures / "originals.webp")]
    for wire, attacker, name, said in _STRIP:
        picture = pictures / "no-dp" / "seed-1" / wire / f"{attacker}.webp"
        rows.append(
            (name, f"{said}\nright one of 20 picked out: {picked(wire, attacker)}", picture)
        )
    wires = dict.fromkeys(wire for wire, *_ in _STRIP)
    known = ", ".join(picked(wire, "retrieval") for wire in wires)
    unseen = int(summary["unseen_images"].iloc[0])
    _draw_rows(
        _DOCS / "strip.png",
        "What is rebuilt of handwriting from what a network sends of each drawing",
        rows,
        "Omniglot, the first twelve drawings that the attacker had never seen, rebuilt by "
        f"contrastive but for the third row; shares are of all {unseen:,} such drawings,\n"
        "nearest among the 20 of the same character; guessing gets 5%. Who has the 20 drawings "
        f"needs no picture: {known} (retrieval, from no defence down).\n"
        "One training, one attack in each row.",
        shown=12,
    )


def _draw_rows(
    path: Path, title: str, rows: Sequence[tuple[str, str, Path]], foot: str, shown: int
) -> None:
    """Sheets of drawings under one another, the first so many of each, with a name and a word."""
    figure, axes = plt.subplots(
        len(rows) + 1,
        2,
        figsize=(14, 0.95 * len(rows) + 1.3),
        width_ratios=(0.26, 0.74),
        gridspec_kw={"hspace": 0.12, "wspace": 0.01},
        layout="constrained",
    )
    figure.suptitle(title, x=0.01, ha="left", fontsize=17, fontweight="bold")
    for (name, said, picture), (words, image) in zip(rows, axes[:-1], strict=True):
        words.text(0, 0.72, name, fontsize=14, fontweight="bold", va="center")
        words.text(0, 0.25, said, fontsize=11, va="center", color="#444444")
        with Image.open(picture) as sheet:
            image.imshow(sheet.crop((0, 0, sheet.width * shown // SHOWN, sheet.height)))
    axes[-1, 0].text(0, 0.9, foot, fontsize=11, va="top", color="#444444")
    for one in axes.flat:
        one.set_axis_off()
        for text in one.texts:
            text.set_in_layout(False)  # it may be wider than its place
    figure.savefig(path, dpi=105)
    plt.close(figure)
