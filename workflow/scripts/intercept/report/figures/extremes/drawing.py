"""What the strongest attacker of every target rebuilds best, middling and worst."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from intercept.attackers.answers import read_answers
from intercept.report.figures.choosing import best_median_worst, to_judge_by
from intercept.report.figures.pictures import evaluation_images
from intercept.report.figures.sheet import Block, Row, sheet
from intercept.report.figures.source import Source
from intercept.report.strongest import strongest


@dataclass(frozen=True, eq=False)
class Extreme:
    """The reconstructions of one target's images that came out best, in the middle and worst.

    Attributes:
        label: names the target, and who attacked it.
        originals: float [3k, height, width, channels], 0 to 1: k of the best, k of the
            middle, k of the worst.
        rebuilt: of these, of the same shape.
        scores: float [3k], of each.
    """

    label: str
    originals: np.ndarray
    rebuilt: np.ndarray
    scores: np.ndarray


def draw(source: Source) -> Figure:
    """The figure of one wire and seed."""
    images = evaluation_images(source)
    candidates, group = to_judge_by(images.seen)
    summary = source.table("summary")
    attacks = strongest(summary[summary["wire"].eq(source.names["wire"])], "within_character")
    files = {
        (place["target"], place["attacker"]): files
        for place, files in source.each("scores", "answers")
    }
    shown = []
    for attack in attacks[attacks["seed"].eq(source.names["seed"])].itertuples():
        scores, answers = files[attack.target, attack.attacker]
        ssim = pd.read_csv(scores).set_index("image")["ssim"][candidates]
        index = candidates[best_median_worst(ssim.to_numpy())]
        rebuilt = read_answers(answers)["evaluation"][index]
        label = f"{attack.target}, {attack.attacker}"
        shown.append(Extreme(label, images.images[index], rebuilt, ssim[index].to_numpy()))
    title = "{group} images, cut at {wire}, seed {seed}".format(
        group=group.capitalize(), **source.names
    )
    return extremes(shown, "SSIM", title)


def extremes(targets: Sequence[Extreme], score: str, title: str) -> Figure:
    """Show for each target the best, the median and the worst reconstructions.

    Args:
        targets: at least one, all with as many images.
        score: what the scores are, such as "SSIM"; more is better.
        title: over the figure; "" for none.

    Raises:
        ValueError: as for `intercept.report.figures.sheet.sheet`.
    """
    part = len(targets[0].scores) // 3
    parts = [(f"{name} by {score}", part) for name in ("best", "median", "worst")]
    blocks = [
        Block(
            [
                Row("original", target.originals),
                Row(
                    target.label,
                    target.rebuilt,
                    [f"{value:.2f}".replace("-", "−") for value in target.scores],
                ),
            ]
        )
        for target in targets
    ]
    return sheet(blocks, title, parts)
