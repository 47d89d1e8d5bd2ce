"""What the page says in sentences, as numbers and decisions; its templates have the words."""

from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd

from intercept.report.comparing import Measured, difference, measured, relation
from intercept.report.frontier import UNDEFENDED, undefended
from intercept.report.rows import CEILINGS, FLOOR, judged_groups, of_width, searching_attackers
from intercept.report.strongest import posts_decoder, strongest
from intercept.report.verdict import Wire

DEFENDED_RECIPES = ("nopeek", "bottleneck")  # their targets are to leak less

MATCHED = ("recipe", "batch_size", "learning_rate", "target_steps")
"""What a matched control has in common with a private target: the recipe stands for the network and
the sampler. Noise and clipping are what may differ."""

_MEASURES = ("within_character", "top1", "skill")
_COMPARED = ("within_character", "skill")


def findings(
    summary: pd.DataFrame, baselines: pd.DataFrame, differences: pd.DataFrame
) -> list[dict[str, Any]]:
    """What was measured on each undefended wire; nothing where no group has images.

    Args:
        summary: the rows of summary.csv, at least one.
        baselines: the rows of baselines.csv.
        differences: the rows of differences.csv.

    Returns:
        For each its name ``wire``, ``cut_layer``, ``defence``, ``numbers`` that cross the wire,
        ``seeds``, ``group`` of the images ("unseen", or "seen" where there are no others) and how
        many ``images`` it has; and with `Measured` by measure

        - of the ``subject``, the first target trained without differential privacy (the first
          target where ``without_dp`` is False): ``accuracy``, what the strongest attackers
          ``got``, and ``chance``;
        - ``post``: what the post's decoder ``got`` there, and how the strongest attackers ``stand``
          beside it; None if it is not there or is the strongest;
        - ``private``: the ``targets`` trained with noise, and of each the ``noise``,
          ``accuracies`` and, by measure, the value that the strongest ``got``; None without any;
        - ``controls``: each ``target`` without noise that is like some ``private`` ones in
          `MATCHED` (``clipped`` or not), or where ``matched`` is False the subject, if it is
          without differential privacy; with ``accuracy``, the values that the strongest ``got``,
          and how the private ones ``stand`` beside it;
        - ``searching``: each ``attacker`` that searches among candidates, top-1 that it ``found``
          of the subject, and its ``shares`` on all targets;
        - ``seen``: on images that the attacker owns, what the strongest ``got`` and the ``post``'s
          decoder, if that is another, each beside the unseen images; None where there are not both;
        - ``ceilings``: by name.

        How they ``stand`` is, by measure, the targets of each `relation`; nothing with one seed.
        Checkpoints are not spoken of, unless there is nothing else.
    """
    if not judged_groups(summary):
        return []
    of_wires = undefended(summary).groupby("wire", sort=False)
    return [_Wire(rows, baselines, differences).facts() for _, rows in of_wires]


def protection(wires: Sequence[Wire]) -> dict[str, Any]:
    """The ``wires`` that are defended, and what ``attackers`` ``got`` of one input at a time."""
    defended = [
        wire for wire in wires if wire.defence != UNDEFENDED or wire.recipe in DEFENDED_RECIPES
    ]
    strongest_of_each = [wire.verdicts["within_character"].most() for wire in defended]
    attackers = dict.fromkeys(name for one in strongest_of_each for name in one.attackers)
    got = [one.value for one in strongest_of_each]
    return {"wires": defended, "attackers": list(attackers), "got": got}


def drawings(baselines: pd.DataFrame, group: str) -> int | None:
    """How many candidates a character has, by what guessing gets; None where no baseline says."""
    floor = baselines.loc[baselines["baseline"] == FLOOR, f"{group}_within_character"].mean()
    return round(1 / floor) if floor > 0 else None


class _Wire:
    """One wire, with which target stands for what."""

    def __init__(
        self, summary: pd.DataFrame, baselines: pd.DataFrame, differences: pd.DataFrame
    ) -> None:
        self.summary, self.differences = summary, differences
        self.groups = judged_groups(summary)
        self.seeds = summary["seed"].nunique()
        self.chosen = {measure: strongest(summary, measure) for measure in _MEASURES}
        self.accuracy = summary.groupby("target")["validation_accuracy"].mean()
        ends = summary[summary["target"] == summary["training"]]
        targets = (ends if len(ends) else summary).drop_duplicates("target").set_index("target")
        self.clipped = set(targets.index[targets["l2_norm_clip"] > 0])
        noise = targets["noise_multiplier"].where(targets["l2_norm_clip"] > 0)
        plain = list(targets.index[noise.isna() & (targets["target_steps"] > 0)])
        self.noise = {str(name): value for name, value in noise[noise > 0].items()}
        self.without_dp = bool(plain)
        self.subject = (plain or list(targets.index))[0]
        self.decoder = posts_decoder(summary) or ""
        self.numbers = int(targets.loc[self.subject, "numbers"])
        self.baselines = of_width(baselines, self.numbers)
        settings = targets[list(MATCHED)]
        like = {
            name: [one for one in self.noise if settings.loc[one].equals(settings.loc[name])]
            for name in targets.index[~(targets["noise_multiplier"] > 0)]
        }
        self.matched = {name: private for name, private in like.items() if private}

    def facts(self) -> dict[str, Any]:
        first, group = self.summary.iloc[0], self.groups[0]
        got = {measure: self._best(self.subject, measure) for measure in _MEASURES}
        return {
            "wire": first["wire"],
            "cut_layer": first["cut_layer"],
            "defence": first["defence"],
            "numbers": self.numbers,
            "seeds": self.seeds,
            "group": group,
            "images": int(self.summary[f"{group}_images"].max()),
            "subject": self.subject,
            "without_dp": self.without_dp,
            "accuracy": self.accuracy[self.subject],
            "got": got,
            "chance": {measure: self._baseline(FLOOR, measure) for measure in _MEASURES},
            "post": self._post(got),
            "private": self._private(),
            "matched": bool(self.matched),
            "controls": [
                {
                    "target": target,
                    "private": private,
                    "clipped": target in self.clipped,
                    "accuracy": self.accuracy[target],
                    "got": {measure: self._best(target, measure).value for measure in _COMPARED},
                    "stand": self._stand(private, target),
                }
                for target, private in self._controls().items()
            ],
            "searching": [
                {
                    "attacker": attacker,
                    "found": self._by(attacker, self.subject, "top1"),
                    "shares": self._searched(attacker),
                }
                for attacker in searching_attackers(self.summary)
            ],
            "seen": self._seen(got) if len(self.groups) > 1 else None,
            "ceilings": {
                name: {measure: self._baseline(name, measure) for measure in _COMPARED}
                for name in CEILINGS
                if self._baseline(name, "skill").known
            },
        }

    def _best(self, target: str, measure: str, group: str | None = None) -> Measured:
        """What the attacker gets that is strongest in the measure on its held-out images."""
        rows = self.chosen[measure]
        return measured(rows[rows["target"] == target], group or self.groups[0], measure)

    def _by(self, attacker: str, target: str, measure: str, group: str | None = None) -> Measured:
        rows = self.summary[self.summary["attacker"] == attacker]
        return measured(rows[rows["target"] == target], group or self.groups[0], measure)

    def _baseline(self, name: str, measure: str) -> Measured:
        """Of the width of the subject's wire where the baseline has one."""
        rows = self.baselines[self.baselines["baseline"] == name]
        return measured(rows, self.groups[0], measure)

    def _post(self, got: dict[str, Measured]) -> dict[str, Any] | None:
        post = {measure: self._by(self.decoder, self.subject, measure) for measure in _MEASURES}
        if not post["within_character"].known:
            return None
        if all(one.attackers == (self.decoder,) for one in got.values()):
            return None
        return {"got": post, "stand": self._stand([self.subject], None)}

    def _private(self) -> dict[str, Any] | None:
        if not self.noise:
            return None
        return {
            "targets": list(self.noise),
            "noise": list(self.noise.values()),
            "accuracies": list(self.accuracy[list(self.noise)]),
            "got": {
                measure: [self._best(target, measure).value for target in self.noise]
                for measure in _COMPARED
            },
        }

    def _controls(self) -> dict[str, list[str]]:
        """Private targets by what they are set beside."""
        if self.matched or not (self.noise and self.without_dp):
            return self.matched
        return {self.subject: list(self.noise)}

    def _searched(self, attacker: str) -> list[float]:
        targets = self.summary.loc[self.summary["attacker"] == attacker, "target"].unique()
        return [self._by(attacker, target, "top1").value for target in targets]

    def _seen(self, got: dict[str, Measured]) -> dict[str, Any]:
        of_both = {m: (self._best(self.subject, m, "seen"), got[m]) for m in _COMPARED}
        post = tuple(
            self._by(self.decoder, self.subject, "within_character", group)
            for group in ("seen", "unseen")
        )
        another = got["within_character"].attackers != (self.decoder,) and post[0].known
        images = int(self.summary["seen_images"].max())
        return {"images": images, "got": of_both, "post": post if another else None}

    def _stand(self, targets: Iterable[str], other: str | None) -> dict[str, dict[str, list[str]]]:
        """How targets stand to another, or to what the post's decoder gets of the same."""
        if self.seeds == 1:
            return {}
        wire = self.summary["wire"].iloc[0]
        beside = None if other is None else (other, wire)
        found: dict[str, dict[str, list[str]]] = {measure: {} for measure in _COMPARED}
        for measure, relations in found.items():
            for target in targets:
                one = (target, wire)
                gap = difference(self.differences, self.groups[0], measure, one, beside)
                relations.setdefault(relation(gap), []).append(target)
        return found
