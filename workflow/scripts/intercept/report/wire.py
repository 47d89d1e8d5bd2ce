"""The cells of a wire, of which the page's tables of wires are made."""

import math
from dataclasses import replace

from intercept.report.cells import Cell, number_cell
from intercept.report.comparing import Measured
from intercept.report.formatting import count, interval, power_of_two, shortest
from intercept.report.style import percent
from intercept.report.verdict import Verdict, Wire, marked_accuracy, promise_text

_KNOWS = {
    "rebuilds": "pictures",
    "retrieves": "candidates",
    "links": "all jointly*",
}


def share(found: Measured) -> Cell:
    """A share with its interval, if it has a width, but not by whom."""
    if not found.known:
        return Cell()
    ends = interval(found.low, found.high, percent) if found.low < found.high else ""
    return Cell(percent(found.value), ends, number=found.value)


def attack(found: Measured, does: str = "") -> Cell:
    """What an attack got, with the attacker and what it does."""
    by = ", ".join(found.attackers) + (f" ({does})" if does else "")
    return replace(share(found), attacker=by)


def worst_attack(verdict: Verdict) -> Cell:
    """What the strongest attack that was run got, linkage among them, with what it knows."""
    known = [kind for kind, one in verdict.attacks.items() if one.known]
    worst = next((kind for kind in known if verdict.attacks[kind] is verdict.worst), "")
    if known == ["rebuilds"]:
        return attack(verdict.worst, "pictures; candidates not tried")
    return attack(verdict.worst, _KNOWS.get(worst, ""))


def promise(value: float) -> Cell:
    """A promise, or that there is none."""
    return Cell() if math.isnan(value) else Cell(promise_text(value), number=value)


def server_accuracy(wire: Wire) -> Cell:
    """Accuracy of the server part that goes with the wire, marked where it is not private."""
    return replace(share(wire.server), value=marked_accuracy(wire))


def sent(wire: Wire) -> str:
    """What crosses a wire for an input, in words."""
    if not math.isnan(wire.bits):
        chance = f", answered at random (ε = {shortest(wire.epsilon)})" if wire.answers else ""
        return f"one of {power_of_two(wire.bits)} messages{chance}"
    numbers = "one number" if wire.numbers == 1 else f"{count(wire.numbers)} numbers"
    return numbers + (" with Gaussian noise" if wire.noisy else "")


def messages(bits: float) -> Cell:
    """How many messages there are, as a power of two where they are many."""
    return replace(number_cell(bits, count), value=power_of_two(bits))
