"""The table of paired differences: every two wires that can be set side by side, over the seeds."""

from collections.abc import Iterator, Mapping
from functools import cache
from itertools import combinations
from typing import NamedTuple

import numpy as np
import pandas as pd

from intercept.metrics.differences import paired_differences
from intercept.report.scores import NUMERATORS, denominator
from intercept.report.strongest import WIRE, posts_decoder, strongest
from intercept.report.summary import GROUPS

COMPARED = ("within_character", "top1", "class_top1", "skill")
"""Measures whose differences are taken."""

COLUMNS = (
    "measure",
    "group",
    "kind",
    "target_a",
    "wire_a",
    "target_b",
    "wire_b",
    "attacker_a",
    "attacker_b",
    "seeds",
    "value",
    "low",
    "high",
)

_SEED = 0  # of the resampling

Wire = tuple[str, str]
Attack = tuple[str, str, str]


class _Pair(NamedTuple):
    """Two attacks to be compared: target, wire and attacker of each."""

    kind: str
    one: Attack
    other: Attack


def differences(
    summary: pd.DataFrame, sums: Mapping[tuple[str, str, str, int], pd.DataFrame]
) -> pd.DataFrame:
    """Set attacks side by side that were made on the same images with the same seeds.

    A wire is here a target and the name of its wire. Of two, the attacker of each is the strongest
    on held-out images (`strongest`) among the attackers that both met.

    Args:
        summary: the rows of summary.csv.
        sums: what `intercept.report.scores.character_sums` returns for each row, by target,
            wire, attacker and seed.

    Returns:
        The columns `COLUMNS`, and for each measure of `COMPARED` and group a row for each pair:
        by ``kind`` "targets" two that have the same wire, "wires" two of one target, and
        "attackers" the strongest on one wire and the post's decoder. ``value`` is the mean over
        ``seeds`` of what the attacker gets on a less what it gets on b; ``low`` and ``high`` are
        its 95% interval, NaN with one seed (see `intercept.metrics.differences`).
    """
    rows: list[dict[str, object]] = []
    seeds = list(summary["seed"].unique())
    for measure in COMPARED:
        pairs = list(_pairs(summary, measure))
        for group in GROUPS:
            if pairs and summary[f"{group}_images"].max() > 0:
                rows += _rows(pairs, measure, group, seeds, sums)
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _pairs(summary: pd.DataFrame, measure: str) -> Iterator[_Pair]:
    attacks = {(str(t), str(r)): rows for (t, r), rows in summary.groupby(WIRE, sort=False)}
    met = {wire: frozenset(rows["attacker"]) for wire, rows in attacks.items()}

    @cache
    def best(wire: Wire, among: frozenset[str]) -> Attack | None:
        rows = attacks[wire]
        chosen = strongest(rows[rows["attacker"].isin(among)], measure)
        return (*wire, chosen["attacker"].iloc[0]) if len(chosen) else None

    for one, other in combinations(attacks, 2):
        both = best(one, met[one] & met[other]), best(other, met[one] & met[other])
        kind = "targets" if one[1] == other[1] else "wires" if one[0] == other[0] else None
        if kind and both[0] and both[1]:
            yield _Pair(kind, both[0], both[1])
    for wire, attackers in met.items():
        found, post = best(wire, attackers), posts_decoder(attacks[wire])
        if found and post and post in attackers and found[2] != post:
            yield _Pair("attackers", found, (*wire, post))


def _rows(
    pairs: list[_Pair],
    measure: str,
    group: str,
    seeds: list[int],
    sums: Mapping[tuple[str, str, str, int], pd.DataFrame],
) -> Iterator[dict[str, object]]:
    @cache
    def scores(attack: Attack) -> np.ndarray:
        above = NUMERATORS[measure]
        return np.stack([sums[*attack, seed].loc[group][above] for seed in seeds])

    of_one = sums[*pairs[0].one, seeds[0]].loc[group]
    below = denominator(measure)
    if below not in of_one or not of_one[below].any():  # no image has that score
        return
    found = paired_differences(
        np.stack([scores(pair.one) - scores(pair.other) for pair in pairs]),
        of_one[below].to_numpy(),
        of_one.index.get_level_values("label").to_numpy(),
        _SEED,
    )
    for pair, estimate in zip(pairs, found, strict=True):
        yield {
            "measure": measure,
            "group": group,
            "kind": pair.kind,
            **dict(zip(("target_a", "wire_a", "attacker_a"), pair.one, strict=True)),
            **dict(zip(("target_b", "wire_b", "attacker_b"), pair.other, strict=True)),
            "seeds": len(seeds),
            **estimate.as_record(),
        }
