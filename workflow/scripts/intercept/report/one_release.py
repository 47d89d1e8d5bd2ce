"""One release of a study: which target stands for what, and its measures, to write sentences of."""

from collections.abc import Iterable, Iterator

import pandas as pd

from intercept.report.comparing import (
    Measured,
    difference,
    measured,
    relation,
    standing,
)
from intercept.report.formatting import count, listed, span
from intercept.report.frontier import undefended
from intercept.report.rows import judged_groups, of_width
from intercept.report.strongest import strongest
from intercept.report.style import percent

DEFENDED_RECIPES = ("nopeek", "bottleneck")  # their targets are to leak less

MATCHED = ("recipe", "batch_size", "learning_rate", "target_steps")
"""What a matched control has in common with a private target: the recipe stands for the network and
the sampler. Noise and clipping are what may differ."""


def undefended_releases(
    summary: pd.DataFrame, baselines: pd.DataFrame
) -> Iterator[tuple[str, pd.DataFrame, pd.DataFrame]]:
    """The name of each undefended release, its rows, and those of all baselines.

    Args:
        summary: the rows of summary.csv.
        baselines: the rows of baselines.csv.
    """
    for release, rows in undefended(summary).groupby("release", sort=False):
        yield str(release), rows, baselines


class OneRelease:
    """What was measured on one release, on the unseen images unless there are none.

    Args:
        summary: the rows of summary.csv of this release, some of images.
        baselines: the rows of baselines.csv.
        differences: the rows of differences.csv.

    Attributes:
        group: of the evaluation images, "unseen" or "seen".
        groups: all of these that have images, at least one.
        images: how many the group has, as text.
        seeds: how many there are.
        subject: the first target that was trained without differential privacy; the first target
            if none was.
        without_dp: whether the subject was.
        noise: noise multipliers of the targets trained with noise, by their names.
        noisy: these names.
        controls: for each target without noise that is like some of these in `MATCHED`, the names
            of those.
        clipped: the targets whose gradients were clipped.
        baselines: the rows of the baselines that stand beside the subject's wire.

    Checkpoints are none of these, unless there is nothing else.
    """

    def __init__(
        self, summary: pd.DataFrame, baselines: pd.DataFrame, differences: pd.DataFrame
    ) -> None:
        self.summary, self.differences = summary, differences
        self.groups = judged_groups(summary)
        self.group = self.groups[0]
        self.images = count(summary[f"{self.group}_images"].max())
        self.seeds = summary["seed"].nunique()
        self.chosen = {
            measure: strongest(summary, measure)
            for measure in ("within_character", "skill", "top1")
        }
        ends = summary[summary["target"] == summary["training"]]
        targets = (ends if len(ends) else summary).drop_duplicates("target").set_index("target")
        self.clipped = list(targets.index[targets["l2_norm_clip"] > 0])
        noise = targets["noise_multiplier"].where(targets["l2_norm_clip"] > 0)
        plain = list(targets.index[noise.isna() & (targets["target_steps"] > 0)])
        self.noise = noise[noise > 0]
        self.noisy = list(self.noise.index)
        self.without_dp = bool(plain)
        self.subject = (plain or list(targets.index))[0]
        self.baselines = of_width(baselines, targets.loc[self.subject, "numbers"])
        settings = targets[list(MATCHED)]
        matched = {
            name: [one for one in self.noisy if settings.loc[one].equals(settings.loc[name])]
            for name in targets.index[~(targets["noise_multiplier"] > 0)]
        }
        self.controls = {name: private for name, private in matched.items() if private}

    def but_for(self, control: str) -> str:
        """How a matched control is like its private targets, as a clause."""
        apart = "the noise" if control in self.clipped else "noise and clipping"
        return f"like {listed(self.controls[control])} but for {apart}"

    def best(self, target: str, measure: str, group: str | None = None) -> Measured:
        """What the attacker gets that is strongest in the measure on its held-out images."""
        rows = self.chosen[measure]
        return measured(rows[rows["target"] == target], group or self.group, measure)

    def by(self, attacker: str, target: str, measure: str, group: str | None = None) -> Measured:
        """What one attacker gets."""
        rows = self.summary[self.summary["attacker"] == attacker]
        return measured(rows[rows["target"] == target], group or self.group, measure)

    def baseline(self, name: str, measure: str) -> Measured:
        """What a baseline scores, of the width of the subject's wire where it has one."""
        rows = self.baselines[self.baselines["baseline"] == name]
        return measured(rows, self.group, measure)

    def accuracies(self, targets: Iterable[str]) -> str:
        """Validation accuracy, from the lowest of the targets to the highest."""
        accuracy = self.summary.groupby("target")["validation_accuracy"].mean()
        return span(accuracy[list(targets)], percent)

    def beside(self, measure: str, targets: Iterable[str], other: str | None) -> str:
        """How targets stand to another by their paired differences over the seeds.

        Args:
            measure: "within_character", "top1" or "skill".
            targets: at least one.
            other: the other target. None for what the post's decoder gets of the same target.

        Returns:
            Such as "lower (a, b) and higher (c)"; "not compared" with one seed.
        """
        release = self.summary["release"].iloc[0]
        wire = None if other is None else (other, release)
        found = {
            target: relation(
                difference(self.differences, self.group, measure, (target, release), wire)
            )
            for target in targets
        }
        return standing(found)
