"""Whether some wire promises what the study's goal asks for, and stays as accurate."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from intercept.bounds.record import promise
from intercept.report.advice import estimate
from intercept.report.comparing import Measured
from intercept.report.style import percent, percent_at_most
from intercept.report.verdict import Wire
from intercept.wire.channel import Channel

NOT_COVERED = (
    "whoever has more readings of one input, or links those of many",
    "inputs that are not equally likely to the adversary",
    "what an input shows apart from which one it is, such as its class",
)
"""What the promise of a goal says nothing of."""


def goal_record(
    goal: Mapping[str, Any],
    found: Sequence[Wire],
    channels: Mapping[tuple[str, str], Sequence[Channel]],
    folders: Mapping[tuple[str, str], Sequence[str]],
) -> dict[str, Any]:
    """Say which wires keep a goal, as plain values for a JSON record.

    Args:
        goal: ``identified``, ``among``, ``readings`` and ``keep_accuracy``, see
            `intercept.configuration.sections.Goal`.
        found: the wires of a study.
        channels: of each wire, by its target's name and its own, what crosses it with each seed.
        folders: of each wire, likewise, where its device and server part are for each seed.

    Returns:
        The ``goal``; ``met``, whether a wire that promises it has a server part whose accuracy, the
        mean over seeds, is no less than is asked for; ``met_by_interval``, whether nothing less
        is in the 95% interval of the most accurate one either; ``wires``, those that promise it,
        the most accurate first, each with ``target``, ``wire``, its ``folders``, its ``promise``
        (the largest over seeds) and ``accuracy`` (``value``, ``low`` and ``high``, 95%); and what
        is ``not_covered``.
    """
    promises = {
        name: max(float(promise(one.read(goal["readings"]), goal["among"])) for one in of_seeds)
        for name, of_seeds in channels.items()
    }
    kept = [
        wire
        for wire in found
        if wire.server.known and promises[wire.target, wire.name] <= goal["identified"]
    ]
    kept.sort(key=lambda wire: -wire.server.value)
    asked = goal["keep_accuracy"]
    return {
        "goal": dict(goal),
        "met": any(wire.server.value >= asked for wire in kept),
        # Of a wire whose interval is not known it is not.
        "met_by_interval": bool(kept) and bool(kept[0].server.low >= asked),
        "wires": [
            {
                "target": wire.target,
                "wire": wire.name,
                "folders": list(folders[wire.target, wire.name]),
                "promise": promises[wire.target, wire.name],
                "accuracy": estimate(wire.server),
            }
            for wire in kept
        ],
        "not_covered": list(NOT_COVERED),
    }


def in_words(record: Mapping[str, Any], seeds: int) -> str:
    """What `goal_record` found, in a sentence or two.

    Args:
        record: what it gave.
        seeds: over how many the accuracy is a mean.
    """
    goal = record["goal"]
    readings = f"{goal['readings']} readings" if goal["readings"] > 1 else "one reading"
    share, kept = (f"{100 * goal[name]:g}%" for name in ("identified", "keep_accuracy"))
    asked = (
        f"Asked for: that one of {goal['among']:,} equally likely inputs is picked out from "
        f"{readings} in at most {share} of cases, and a server part that is right in {kept} or more"
    )
    if not record["wires"]:
        return f"{asked}. No wire of this study promises that."
    first = record["wires"][0]
    over = "one seed" if seeds == 1 else f"the mean of {seeds} seeds"
    ends = (first["accuracy"][end] for end in ("value", "low", "high"))
    value, low, high = (math.nan if end is None else float(end) for end in ends)
    others = len(record["wires"]) - 1
    said = [
        f"{asked}. The most accurate wire that meets the bound of {share} is {first['wire']} of "
        f"{first['target']}: at most {percent_at_most(first['promise'])}, accuracy "
        f"{Measured(value, low, high).text(percent)}, {over}."
    ]
    if record["met"] and not record["met_by_interval"]:
        said.append("By that value it is met; its 95% interval reaches below what is asked.")
    if others:
        said.append(
            f"It is the most accurate of {others + 1} on the images by which it is judged, which "
            "flatters it."
        )
    return " ".join(said)
