"""How often an input is picked out on each wire: by attacks, at best, and at most."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from intercept.metrics.over_seeds import half_width
from intercept.report.comparing import DEVIATIONS, Measured, measured, over_seeds
from intercept.report.strongest import WIRE, strongest
from intercept.report.style import percent, percent_at_most
from intercept.report.summary import BOUNDED

NOT_PRIVATE = "‡"
"""Behind the accuracy of a server part that was trained further without its target's privacy."""

FIRST = 12  # wires that are shown at once; the others are folded

ONE_AT_A_TIME = ("rebuilds", "retrieves")  # what the optimum and the promise are about
KINDS = (*ONE_AT_A_TIME, "links")

_ALL_BUT_NONE = 0.999  # above it a share is rounded up to 100.0%
_UNKNOWN = Measured(math.nan, math.nan, math.nan)


@dataclass(frozen=True)
class Verdict:
    """How often the input is picked out among candidates: three answers to three questions.

    Attributes:
        attacks: what was got, by kind. ``rebuilds``: by the attacker that is strongest on images
            of its own held out, or by one that cannot judge itself if it got more. ``retrieves``
            and ``links``: by the one that got most of those that have the candidates and use one
            reading, or a reading of each candidate.
        optimum: the rate of the best rule there is among these very candidates, each equally
            likely, one input at a time; 1 where each sends something else.
        promise: what nobody exceeds among as many equally likely candidates of any kind, one
            input at a time; 1 where nothing is promised, NaN without images.
    """

    attacks: Mapping[str, Measured]
    optimum: Measured
    promise: float

    @property
    def known(self) -> bool:
        """Whether there was an attack on one input at a time."""
        return self.strongest() is not None

    def strongest(self) -> str | None:
        """The kind of attack that got most of one input at a time; None if none was made."""
        known = [kind for kind in ONE_AT_A_TIME if self.attacks[kind].known]
        return max(known, key=lambda kind: self.attacks[kind].value, default=None)

    def most(self) -> Measured:
        """What the strongest attack on one input at a time got."""
        kind = self.strongest()
        return self.attacks[kind] if kind else _UNKNOWN

    @property
    def worst(self) -> Measured:
        """What the strongest attack that was run got, also one on all inputs jointly."""
        known = [attack for attack in self.attacks.values() if attack.known]
        return max(known, key=lambda attack: attack.value, default=_UNKNOWN)


@dataclass(frozen=True)
class Wire:
    """One wire of one target, over all seeds.

    Attributes:
        target: that is cut.
        name: of its cut layer and defence.
        cut_layer: where.
        defence: at the wire, with its strength; "none" for none.
        recipe: of the target's training.
        accuracy: of the server part as it was trained, on the validation images.
        fine_tuned: of the server part trained further on what the defended wire carries.
        characters: of another, trained from the start to name characters in place of classes.
        outside_guarantee: whether that further training left the guarantee of the target's.
        numbers: that are sent for an input.
        bits: log₂ of the messages that are possible; NaN where any number can be sent.
        ratio: √K·R/σ; NaN without noise.
        epsilon: of randomised response in one reading; NaN without it.
        readings: K, of one input that the adversary averages.
        attackers: those that it met and that count here.
        verdicts: by the measures of `intercept.report.summary.BOUNDED`.
    """

    target: str
    name: str
    cut_layer: str
    defence: str
    recipe: str
    accuracy: Measured
    fine_tuned: Measured
    characters: Measured
    outside_guarantee: bool
    numbers: int
    bits: float
    ratio: float
    epsilon: float
    readings: int
    attackers: tuple[str, ...]
    verdicts: Mapping[str, Verdict]

    @property
    def noisy(self) -> bool:
        """Whether what is read of an input is drawn anew each time."""
        return self.answers or self._gaussian

    @property
    def _gaussian(self) -> bool:
        return not math.isnan(self.ratio)

    @property
    def answers(self) -> bool:
        """Whether a message is drawn by randomised response."""
        return not math.isnan(self.epsilon)

    @property
    def limit(self) -> tuple[int | None, float | None]:
        """What limits a reader: readings of each input behind chance, else bits of a message."""
        return self.readings if self.noisy else None, None if self._gaussian else self.bits

    @property
    def server(self) -> Measured:
        """Accuracy of the server part that goes with the wire: trained further where it was."""
        return self.fine_tuned if self.fine_tuned.known else self.accuracy


def promise_text(promise: float) -> str:
    """A promise as a share, rounded up; "none" where nothing is promised, "–" without images."""
    if promise == 1:
        return "none"
    return ">99.9%" if promise > _ALL_BUT_NONE else percent_at_most(promise)


def marked_accuracy(wire: Wire) -> str:
    """Accuracy of the server part, marked where its further training makes it not private."""
    marked = wire.fine_tuned.known and wire.outside_guarantee
    return percent(wire.server.value) + (NOT_PRIVATE if marked else "")


def wires(summary: pd.DataFrame, group: str, attackers: Iterable[str] | None = None) -> list[Wire]:
    """Every wire with its verdicts, the wires of a target together.

    Args:
        summary: the rows of summary.csv.
        group: of the evaluation images, "unseen" or "seen".
        attackers: who counts, on wires that met all of them; a wire that did not meet one of them
            has no attack. None: whoever was there.
    """
    asked = None if attackers is None else set(attackers)
    of_wires = []
    for _, of_target in summary.groupby("target", sort=False):
        for _, rows in of_target.groupby("wire", sort=False):
            met = asked is None or asked <= set(rows["attacker"])
            of_wires.append((rows, rows[rows["attacker"].isin(asked or rows["attacker"]) & met]))
    best = {
        measure: strongest(pd.concat([counted for _, counted in of_wires]), measure)
        for measure in BOUNDED
    }
    return [_wire(rows, counted, best, group) for rows, counted in of_wires]


def same_attackers(summary: pd.DataFrame) -> list[str]:
    """The attackers to compare wires by: those that all of them met.

    If none met all wires: those that are present on every wire of the attacker that met most.

    Args:
        summary: the rows of summary.csv, at least one.

    Returns:
        At least one name, in the order of the study.
    """
    names = list(summary["attacker"].unique())
    met = [set(rows["attacker"]) for _, rows in summary.groupby(WIRE, sort=False)]
    widest = max(names, key=lambda name: sum(name in attackers for attackers in met))
    common = set.intersection(*(attackers for attackers in met if widest in attackers))
    return [name for name in names if name in common]


def _wire(
    rows: pd.DataFrame, counted: pd.DataFrame, best: Mapping[str, pd.DataFrame], group: str
) -> Wire:
    """A wire from all of its rows, and its verdicts from the attacks that count."""
    first, once = rows.iloc[0], rows.drop_duplicates("seed")
    return Wire(
        target=first["target"],
        name=first["wire"],
        cut_layer=first["cut_layer"],
        defence=first["defence"],
        recipe=first["recipe"],
        accuracy=over_seeds(once, "server_accuracy"),
        fine_tuned=over_seeds(once, "fine_tuned_accuracy"),
        characters=over_seeds(once, "character_accuracy"),
        outside_guarantee=bool(first["fine_tuned_outside_guarantee"]),
        numbers=int(first["numbers"]),
        bits=float(first["bits"]),
        ratio=float(first["clip_to_noise_ratio"]),
        epsilon=float(first["local_epsilon"]),
        readings=int(first["readings"]),
        attackers=tuple(counted["attacker"].unique()),
        verdicts={
            measure: _verdict(counted, best[measure], once, group, measure) for measure in BOUNDED
        },
    )


def _verdict(
    rows: pd.DataFrame, best: pd.DataFrame, once: pd.DataFrame, group: str, measure: str
) -> Verdict:
    """Of one wire, from the rows of its attacks and one row of each of its seeds."""
    chosen, unjudged = rows.index.isin(best.index), rows["rebuilds"] & ~rows["judges_itself"]
    candidates = rows[~rows["rebuilds"]]
    kinds = {
        "rebuilds": rows[chosen | unjudged],
        "retrieves": candidates[~candidates["links"]],
        "links": candidates[candidates["links"]],
    }
    column = f"{group}_{measure}"
    return Verdict(
        attacks={kind: _most(attacks, group, measure) for kind, attacks in kinds.items()},
        optimum=_possible(once, f"{column}_optimum"),
        # What holds for each seed holds for all.
        promise=once[f"{column}_promise"].max(),
    )


def _possible(once: pd.DataFrame, column: str) -> Measured:
    """Over seeds, of these candidates: by what seeds differ, and each seed's draws of the noise."""
    value, low, high = (once[f"{column}{end}"].to_numpy(float) for end in ("", "_low", "_high"))
    if len(once) == 1:
        return Measured(value[0], low[0], high[0])
    of_draws = float(np.mean(np.square((high - low) / (2 * DEVIATIONS)))) / len(once)
    half = half_width(value, of_draws)
    mean = float(value.mean())
    return Measured(mean, max(mean - half, 0.0), min(mean + half, 1.0))


def _most(rows: pd.DataFrame, group: str, measure: str) -> Measured:
    found = [measured(attacks, group, measure) for _, attacks in rows.groupby("attacker")]
    return max((one for one in found if one.known), key=lambda one: one.value, default=_UNKNOWN)
