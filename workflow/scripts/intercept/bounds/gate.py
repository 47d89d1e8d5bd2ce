"""A gate for the whole study: no attack beats the best rule, no rule beats what is promised."""

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import norm

from intercept.bounds.optimum import CONFIDENCE, MEASURES

# That a study without a fault fails by chance; shared by all its comparisons (Bonferroni).
_FALSE_ALARMS = 0.01
_ROUNDING = 1e-9


@dataclass(frozen=True)
class Comparison:
    """One attack beside the best rule, on the same readings.

    Attributes:
        target: that was cut.
        seed: of the study.
        wire: its name.
        attacker: by whom.
        group: of the images, "unseen" or "seen".
        measure: "top1" or "within_character".
        attack: the share that the attack identified.
        optimum: the share that the maximum-likelihood rule identified of the same readings.
        difference: the mean over images of the attack's hit less the rule's.
        error: standard error of `difference` over the draws of the noise, of which images draw
            theirs independently, if nothing is to be expected of it: above 0 unless all hits are
            the same.
    """

    target: str
    seed: int
    wire: str
    attacker: str
    group: str
    measure: str
    attack: float
    optimum: float
    difference: float
    error: float

    def beats(self, comparisons: int) -> bool:
        """Whether the attack got more than the best rule, beyond chance.

        Args:
            comparisons: how many there are in the study, at least 1: all of them together give a
                false alarm in 1 of 100 studies at most.
        """
        allowed = norm.isf(_FALSE_ALARMS / comparisons) * self.error
        return self.difference > allowed + _ROUNDING


def compare(
    place: Mapping[str, Any], scores: pd.DataFrame, best: pd.DataFrame
) -> Iterator[Comparison]:
    """Set one attack beside the best rule.

    Args:
        place: ``target``, ``seed``, ``wire`` and ``attacker``.
        scores: scores.csv of the attack, a row an image.
        best: optimum.csv of the wire, a row an image.

    Raises:
        ValueError: the two are of other images.
    """
    if not scores["image"].equals(best["image"]) or not scores["group"].equals(best["group"]):
        raise ValueError(f"scores and optimum of {dict(place)} are of other images")
    for group, rows in scores.groupby("group", sort=False):
        for measure in MEASURES:
            hits, theirs = rows[measure], best.loc[rows.index, measure]
            difference = (hits - theirs).to_numpy(np.float64)
            error = math.sqrt(np.square(difference).sum()) / len(rows)
            yield Comparison(
                **place,
                group=str(group),
                measure=measure,
                attack=float(hits.mean()),
                optimum=float(theirs.mean()),
                difference=float(difference.mean()),
                error=error,
            )


def broken_promises(summary: pd.DataFrame) -> Iterable[str]:
    """Say of each wire where the optimum lies above the promise beyond the chance of its draws.

    All of them together give a false alarm in 1 of 100 studies at most.

    Args:
        summary: the rows of summary.csv.
    """
    wires = summary.drop_duplicates(["target", "seed", "wire"])
    asked = [f"{group}_{measure}" for group in ("unseen", "seen") for measure in MEASURES]
    comparisons = wires[[f"{one}_promise" for one in asked]].notna().to_numpy().sum()
    deviations = norm.isf(_FALSE_ALARMS / max(comparisons, 1)) / norm.isf((1 - CONFIDENCE) / 2)
    for row in wires.to_dict("records"):
        for group in ("unseen", "seen"):
            for measure in MEASURES:
                value, low, most = (
                    row[f"{group}_{measure}_{column}"]
                    for column in ("optimum", "optimum_low", "promise")
                )
                least = value - deviations * (value - low)
                if least > most + _ROUNDING:  # False where the group has no images
                    yield (
                        f"{row['wire']} of {row['target']}, seed {row['seed']}: {group} "
                        f"{measure} has an optimum of {least:.4f} or more, and {most:.4f} is "
                        "promised"
                    )
