"""What the page says in sentences, as numbers and decisions; its templates have the words."""

import math
from collections.abc import Sequence
from typing import Any

import pandas as pd

from intercept.report.comparing import difference, measured, relation
from intercept.report.frontier import UNDEFENDED, undefended
from intercept.report.rows import FLOOR
from intercept.report.strongest import strongest
from intercept.report.verdict import Wire

DEFENDED_RECIPES = ("nopeek", "bottleneck", "noise-trained")  # their targets are to leak less

MATCHED = ("recipe", "batch_size", "learning_rate", "target_steps")
"""What a matched control has in common with a private target: the recipe stands for the network and
the sampler. Noise and clipping are what may differ."""

_MEASURE = "within_character"


def subject(summary: pd.DataFrame) -> tuple[str, bool]:
    """The target that is spoken of, and whether it was trained without differential privacy.

    The first that was, or where there is none the first of all. Checkpoints and untrained networks
    are not spoken of, unless there is nothing else.

    Args:
        summary: the rows of summary.csv, at least one.
    """
    targets = _targets(summary)
    plain = targets.index[_noise(targets).isna() & (targets["target_steps"] > 0)]
    return (str(plain[0]), True) if len(plain) else (str(targets.index[0]), False)


def leaks(found: Sequence[Wire], target: str) -> list[Wire]:
    """The wires of a target without a defence; all of them if each has one."""
    here = [wire for wire in found if wire.target == target]
    return [wire for wire in here if wire.defence == UNDEFENDED] or here


def training_with_dp(
    summary: pd.DataFrame, differences: pd.DataFrame, group: str
) -> dict[str, Any] | None:
    """What was seen of targets trained with noise, at the first undefended wire that has one.

    Args:
        summary: the rows of summary.csv, at least one.
        differences: the rows of differences.csv.
        group: of the evaluation images, "unseen" or "seen".

    Returns:
        None without any. Else the ``targets``, of each its ``noise``, its validation accuracy in
        ``accuracies`` and what the strongest attacker that rebuilds ``got`` within a character;
        the ``seeds``; whether a control is ``matched``; and the ``controls``: each ``target``
        without noise that is like some ``private`` ones in `MATCHED` (``clipped`` or not), or where
        none is the `subject`, if it is without differential privacy; its ``accuracy``, what the
        strongest ``got``, and by `relation` the private ones that ``stand`` so beside it (nothing
        with one seed).
    """
    for name, rows in undefended(summary).groupby("wire", sort=False):
        wire, targets = str(name), _targets(rows)
        noise = _noise(targets)
        noise = noise[noise > 0]
        if not noise.empty:
            break
    else:
        return None
    best = strongest(rows, _MEASURE)
    clipped = set(targets.index[targets["l2_norm_clip"] > 0])
    accuracy = rows.groupby("target")["validation_accuracy"].mean()
    settings, private = targets[list(MATCHED)], list(noise.index)
    seeds = summary["seed"].nunique()

    def got(target: str) -> float:
        return measured(best[best["target"] == target], group, _MEASURE).value

    def stand(names: Sequence[str], other: str) -> dict[str, list[str]]:
        relations: dict[str, list[str]] = {}
        for name in names:
            gap = difference(differences, group, _MEASURE, (name, wire), (other, wire))
            relations.setdefault(relation(gap), []).append(name)
        return relations if seeds > 1 else {}

    alike = {
        str(name): [one for one in private if settings.loc[one].equals(settings.loc[name])]
        for name in targets.index[~(targets["noise_multiplier"] > 0)]
    }
    matched = {name: names for name, names in alike.items() if names}
    first, without_dp = subject(rows)
    beside = matched or ({first: private} if without_dp else {})
    return {
        "targets": private,
        "noise": list(noise),
        "accuracies": list(accuracy[private]),
        "got": [got(target) for target in private],
        "seeds": seeds,
        "matched": bool(matched),
        "controls": [
            {
                "target": target,
                "private": names,
                "clipped": target in clipped,
                "accuracy": accuracy[target],
                "got": got(target),
                "stand": stand(names, target),
            }
            for target, names in beside.items()
        ],
    }


def protection(wires: Sequence[Wire]) -> list[Wire]:
    """The wires that are defended, or whose target was trained to leak less."""
    return [wire for wire in wires if wire.defence != UNDEFENDED or wire.recipe in DEFENDED_RECIPES]


def chance(baselines: pd.DataFrame, group: str) -> float:
    """What guessing gets within a character; NaN where no baseline says."""
    floor = baselines.loc[baselines["baseline"] == FLOOR, f"{group}_{_MEASURE}"].mean()
    return float(floor) if floor > 0 else math.nan


def candidates(summary: pd.DataFrame, group: str) -> int | None:
    """How many candidates each character has.

    None where characters differ in it: what is promised of as many for each image is not promised
    of their mean.
    """
    drawings = summary[f"{group}_drawings"]
    return None if drawings.isna().any() else int(drawings.iloc[0])


def _targets(summary: pd.DataFrame) -> pd.DataFrame:
    """The first row of each target that is no checkpoint, by its name; of all if each is one."""
    ends = summary[summary["target"] == summary["training"]]
    return (ends if len(ends) else summary).drop_duplicates("target").set_index("target")


def _noise(targets: pd.DataFrame) -> pd.Series:
    """The noise multiplier, NaN where gradients were not clipped: such noise hides nothing."""
    return targets["noise_multiplier"].where(targets["l2_norm_clip"] > 0)
