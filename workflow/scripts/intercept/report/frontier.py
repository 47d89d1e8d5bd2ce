"""What every target and defence costs in accuracy and gives away, and which are worth it."""

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from intercept.report.comparing import Measured, measured, over_seeds
from intercept.report.strongest import strongest
from intercept.report.summary import BOUNDED

UNDEFENDED = "none"
LEAKS = ("within_character", "skill")  # what the frontier sets against accuracy


@dataclass(frozen=True)
class Point:
    """One release, over all seeds.

    Attributes:
        target: that is cut.
        release: its name.
        cut_layer: where.
        defence: at the wire, with its strength; `UNDEFENDED` for none.
        accuracy: of the server part as it was trained, on the validation images.
        fine_tuned: of the server part trained further on what the defended wire carries.
        leaks: by the measures of `LEAKS`, what the attacker gets that is strongest on the
            attacker's held-out images.
    """

    target: str
    release: str
    cut_layer: str
    defence: str
    accuracy: Measured
    fine_tuned: Measured
    leaks: dict[str, Measured]


def undefended(summary: pd.DataFrame) -> pd.DataFrame:
    """The rows of releases without a defence at the wire; all of them if each has one."""
    rows = summary[summary["defence"] == UNDEFENDED]
    return rows if len(rows) else summary


def points(summary: pd.DataFrame, group: str) -> Iterator[Point]:
    """Every release of every target.

    Args:
        summary: the rows of summary.csv.
        group: of the evaluation images, "unseen" or "seen".
    """
    chosen = {measure: strongest(summary, measure) for measure in LEAKS}
    for _, rows in summary.groupby(["target", "release"], sort=False):
        first = rows.iloc[0]
        target, release = first["target"], first["release"]
        once = rows.drop_duplicates("seed")
        yield Point(
            target,
            release,
            cut_layer=first["cut_layer"],
            defence=first["defence"],
            accuracy=over_seeds(once, "server_accuracy"),
            fine_tuned=over_seeds(once, "fine_tuned_accuracy"),
            leaks={
                measure: measured(
                    best[best["target"].eq(target) & best["release"].eq(release)], group, measure
                )
                for measure, best in chosen.items()
            },
        )


def pareto(candidates: list[Point], measure: str) -> list[Point]:
    """The points that no other beats: none is more accurate and leaks no more, or the reverse.

    Accuracy is that of the fine-tuned server part.

    Args:
        candidates: those to compare; what has no value in the measure is left out.
        measure: one of `LEAKS`.

    Returns:
        Them, from the least accurate to the most.
    """
    known = [one for one in candidates if one.leaks[measure].known and one.fine_tuned.known]
    ordered = sorted(known, key=lambda one: (-one.fine_tuned.value, one.leaks[measure].value))
    front: list[Point] = []
    for one in ordered:
        if not front or one.leaks[measure].value < front[-1].leaks[measure].value:
            front.append(one)
    return front[::-1]


@dataclass(frozen=True)
class Bounded:
    """One attack on a noisy release beside the bounds.

    Attributes:
        target: that was cut.
        seed: of the study.
        release: its name.
        attacker: by whom.
        group: of the images, "unseen" or "seen".
        measure: one of `BOUNDED`.
        value: what was measured, a share.
        low: the lower end of its 95% interval; NaN where there is none.
        high: the upper end.
        bound: the most that clip and noise allow.
        fano: the most that the information on the wire allows.
    """

    target: str
    seed: int
    release: str
    attacker: str
    group: str
    measure: str
    value: float
    low: float
    high: float
    bound: float
    fano: float

    @property
    def crosses(self) -> bool:
        """Whether the attack got more than a bound allows, by more than its interval."""
        least = self.value if pd.isna(self.low) else self.low
        return least > min(self.bound, self.fano)


def bounded(summary: pd.DataFrame) -> Iterator[Bounded]:
    """Every identification by every attack on a release whose noise bounds it.

    Args:
        summary: the rows of summary.csv.
    """
    for row in summary.to_dict("records"):
        for group in ("unseen", "seen"):
            for measure in BOUNDED:
                column = f"{group}_{measure}"
                if pd.notna(row[f"{column}_bound"]) and pd.notna(row[column]):
                    yield Bounded(
                        target=row["target"],
                        seed=row["seed"],
                        release=row["release"],
                        attacker=row["attacker"],
                        group=group,
                        measure=measure,
                        value=row[column],
                        low=row[f"{column}_low"],
                        high=row[f"{column}_high"],
                        bound=row[f"{column}_bound"],
                        fano=row[f"{column}_fano"],
                    )
