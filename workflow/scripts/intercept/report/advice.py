"""What a study found of every wire, for machines, and which wire to use for what is asked."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import pandas as pd

from intercept.bounds.assumptions import ASSUMPTIONS
from intercept.report.comparing import Measured
from intercept.report.findings import candidates
from intercept.report.frontier import UNDEFENDED
from intercept.report.rows import judged_groups
from intercept.report.summary import BOUNDED, NOT_RUN
from intercept.report.verdict import Wire, wires

CEILINGS = (0.01, 0.05, 0.1, 0.3)
"""How often one may be picked out at most, where advice is given."""

THREAT_MODEL = (
    "Somebody reads all that is sent and has a copy of the device's part with its defence, and "
    "images of the same kind; not the images that are sent, nor those that trained the network. "
    "Optimum and promise are for one who also has the candidates, among which is the input."
)


def verdict_record(summary: pd.DataFrame, not_run: pd.DataFrame) -> dict[str, Any]:
    """The verdict of a study, as plain values for a JSON record.

    Args:
        summary: the rows of summary.csv that were run, at least one.
        not_run: its rows of attacks that could not be.

    Returns:
        ``study``, ``dataset``, ``seeds``, ``threat_model`` and ``assumptions``;
        ``group`` of the evaluation images that is judged (None where there are none), its number
        of ``images``, and how many ``drawings`` each character has (None where they differ: then
        what is promised within a character is a mean); ``wires``, see `wire_record`; and
        ``advice``, see `advise`. Shares are in [0, 1]; None stands where there is nothing to state.
    """
    first, groups = summary.iloc[0], judged_groups(summary)
    group = groups[0] if groups else None
    found = wires(summary, group) if group else []
    return {
        "study": first["study"],
        "dataset": first["dataset"],
        "seeds": [int(seed) for seed in summary["seed"].unique()],
        "threat_model": THREAT_MODEL,
        "assumptions": list(ASSUMPTIONS),
        "group": group,
        "images": int(summary[f"{group}_images"].max()) if group else 0,
        "drawings": candidates(summary, group) if group else None,
        "wires": [wire_record(wire, _reasons(wire, not_run)) for wire in found],
        "advice": {measure: advise(found, measure) for measure in BOUNDED},
    }


def wire_record(wire: Wire, not_run: Mapping[str, str]) -> dict[str, Any]:
    """One wire of one target, over all seeds.

    Args:
        wire: which.
        not_run: by attacker, why one could not go at it.

    Returns:
        ``target``, ``wire``, ``cut_layer``, ``defence``, ``recipe``, ``numbers``, ``bits``,
        ``clip_to_noise_ratio``, ``local_epsilon`` and ``readings`` as in summary.csv; ``accuracy``
        of the server part that goes with the wire, and ``accuracy_outside_guarantee``, whether that
        part was trained without the privacy that its target was trained with; and for each of
        `intercept.report.summary.BOUNDED` the ``strongest_attack`` on one input at a time,
        ``linkage``, the ``optimum`` and the ``promise`` (1 where nothing is promised). Accuracies,
        attacks and optima are ``value``, ``low``, ``high`` (95%) and, of attacks, ``attackers``;
        ``not_run`` is as given.
    """
    return {
        "target": wire.target,
        "wire": wire.name,
        "cut_layer": wire.cut_layer,
        "defence": wire.defence,
        "recipe": wire.recipe,
        "numbers": wire.numbers,
        "bits": _known(wire.bits),
        "clip_to_noise_ratio": _known(wire.ratio),
        "local_epsilon": _known(wire.epsilon),
        "readings": wire.readings,
        "accuracy": estimate(wire.server),
        "accuracy_outside_guarantee": wire.outside_guarantee,
        **{
            measure: {
                "strongest_attack": estimate(verdict.most()),
                "linkage": estimate(verdict.attacks["links"]),
                "optimum": estimate(verdict.optimum),
                "promise": _known(verdict.promise),
            }
            for measure, verdict in wire.verdicts.items()
        },
        NOT_RUN: dict(not_run),
    }


def _reasons(wire: Wire, not_run: pd.DataFrame) -> dict[str, str]:
    of_wire = not_run[(not_run["target"] == wire.target) & (not_run["wire"] == wire.name)]
    return dict(zip(of_wire["attacker"], of_wire[NOT_RUN], strict=True))


def advise(found: Sequence[Wire], measure: str) -> list[dict[str, Any]]:
    """For each of `CEILINGS` the most accurate wire that promises it.

    By the accuracies of this study: that the order is the same in other trainings it does not say.

    Args:
        found: the wires of a study.
        measure: one of `intercept.report.summary.BOUNDED`.

    Returns:
        For each ``ceiling`` the ``target`` and ``wire`` (None where no wire promises it), its
        ``promise`` and ``accuracy``, and the ``accuracy_undefended`` of the same target's wire at
        the same cut without a defence; None where there is no such wire.
    """
    undefended = {
        (one.target, one.cut_layer): one.server for one in found if one.defence == UNDEFENDED
    }
    given = []
    for ceiling in CEILINGS:
        kept = [
            one
            for one in found
            if one.server.known and one.verdicts[measure].promise <= ceiling  # False where NaN
        ]
        best = max(kept, key=lambda one: one.server.value, default=None)
        plain = undefended.get((best.target, best.cut_layer)) if best else None
        given.append(
            {
                "ceiling": ceiling,
                "target": best.target if best else None,
                "wire": best.name if best else None,
                "promise": float(best.verdicts[measure].promise) if best else None,
                "accuracy": estimate(best.server) if best else None,
                "accuracy_undefended": estimate(plain) if plain else None,
            }
        )
    return given


def estimate(found: Measured) -> dict[str, Any] | None:
    """Value, interval and attackers as plain values; None where nothing is known."""
    if not found.known:
        return None
    values = asdict(found)
    attackers = list(values.pop("attackers"))
    ends = {name: _known(value) for name, value in values.items()}
    return {**ends, "attackers": attackers} if attackers else ends


def _known(value: float) -> float | None:
    return None if math.isnan(value) else float(value)
