"""One release of a study: which target stands for what, and its measures, to write sentences of."""

from collections.abc import Iterable, Iterator, Sequence

import pandas as pd

from intercept.report.comparing import Measured, compare, enclosing, measured
from intercept.report.formatting import count, span
from intercept.report.frontier import undefended
from intercept.report.rows import of_width
from intercept.report.strongest import strongest
from intercept.report.style import percent
from intercept.report.tables import judged_groups

DEFENDED_RECIPES = ("nopeek", "bottleneck")  # no controls: their targets are to leak less


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

    Attributes:
        group: of the evaluation images, "unseen" or "seen".
        groups: all of these that have images, at least one.
        images: how many the group has, as text.
        subject: the first target that was trained without differential privacy; the first target
            if none was.
        without_dp: whether the subject was.
        noise: noise multipliers of the targets trained with noise, by their names.
        noisy: these names.
        controls: the other targets, less those that were trained to leak less.
        baselines: the rows of the baselines that stand beside the subject's wire.

    Checkpoints are none of these, unless there is nothing else.
    """

    def __init__(self, summary: pd.DataFrame, baselines: pd.DataFrame) -> None:
        self.summary = summary
        self.groups = judged_groups(summary)
        self.group = self.groups[0]
        self.images = count(summary[f"{self.group}_images"].max())
        self.chosen = {
            measure: strongest(summary, measure)
            for measure in ("within_character", "skill", "top1")
        }
        ends = summary[summary["target"] == summary["training"]]
        targets = (ends if len(ends) else summary).drop_duplicates("target").set_index("target")
        noise = targets["noise_multiplier"].where(targets["l2_norm_clip"] > 0)
        plain = list(targets.index[noise.isna() & (targets["target_steps"] > 0)])
        self.noise = noise[noise > 0]
        self.noisy = list(self.noise.index)
        self.without_dp = bool(plain)
        self.subject = (plain or list(targets.index))[0]
        self.baselines = of_width(baselines, targets.loc[self.subject, "numbers"])
        self.controls = [
            name
            for name in targets.index
            if name not in (*self.noisy, *plain[:1])
            and targets.loc[name, "recipe"] not in DEFENDED_RECIPES
        ]

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

    def noisy_beside(self, measure: str, others: Sequence[str]) -> dict[str, str | None]:
        """How each target trained with noise stands to all of the others, by its name."""
        around = enclosing([self.best(target, measure) for target in others])
        return {target: compare(self.best(target, measure), around) for target in self.noisy}
