"""The last words of a run on the terminal."""

from pathlib import Path
from typing import TYPE_CHECKING

from intercept.script import FINISHED

if TYPE_CHECKING:
    from intercept.report.verdict import Wire

_EXPLAINED = """\
Strongest attack: on one input at a time. Possible: by the best rule, among these candidates.
Promised: what nobody exceeds among as many equally likely candidates of any kind, one input at a
time{conditions}; none: nothing is promised."""
_OF_NOISE = ", where noise is fresh and secret ({readings})"
_OF_LINKAGE = (
    "Linkage: readings of all inputs jointly, which no promise or optimum for one input covers."
)
_NOT_PRIVATE = "‡ of a server part that was trained further without differential privacy"


def headline(summary: Path, page: Path) -> str:
    """What is known of every wire of a finished study, and where to read on.

    Args:
        summary: ``summary.csv`` with at least one row.
        page: the report, whose path is shown.

    Returns:
        Lines of 100 characters where names are not long, two of them for each wire, over all
        seeds: accuracy of the server part; out of the drawings of a character and out of all, the
        strongest attack on one input at a time, what is possible, what is promised, and linkage.
        The page has what goes beyond the first wires.
    """
    # Here, since every job of a run imports this module and only its end needs a table.
    from intercept.report.rows import judged_groups, read_rows
    from intercept.report.verdict import FIRST, wires

    rows = read_rows(summary)
    first, groups = rows.iloc[0], judged_groups(rows)
    synthetic = ", synthetic data" if first["synthetic"] else ""
    said = ["", f"Study {first['study']} ({first['dataset']}{synthetic})"]
    if groups:
        found = wires(rows, groups[0])
        images = f"{int(rows[f'{groups[0]}_images'].max()):,}"
        said[-1] += f": how often one of {images} {groups[0]} images is picked out of a wire"
        said += _table(found[:FIRST], images)
        if len(found) > FIRST:
            said.append(f"... and {len(found) - FIRST} more wires on the page")
        said += _explained(found)
    return "\n".join([*said, f"Table:  {summary}", f"Report: {page}"])


def _table(found: "list[Wire]", images: str) -> list[str]:
    """A heading, and two lines for each wire."""
    from intercept.report.style import percent
    from intercept.report.verdict import marked_accuracy, promise_text

    lines = [("", "accuracy", "out of", "strongest attack", "possible", "promised", "linkage")]
    measures = {"within_character": "character", "top1": f"all {images}"}
    for wire in found:
        starts = [(wire.target, marked_accuracy(wire)), (f"  {wire.release}", "")]
        for start, (measure, name) in zip(starts, measures.items(), strict=True):
            verdict = wire.verdicts[measure]
            attack = verdict.most()
            strongest = f"{percent(attack.value):>6} {', '.join(attack.attackers)}"
            optimum, linked = percent(verdict.optimum.value), verdict.attacks["links"].value
            promise = promise_text(verdict.promise)
            lines.append((*start, name, strongest, optimum, promise, percent(linked)))
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    forms = [f"{side}{width}" for side, width in zip("<><<>>>", widths, strict=True)]
    return ["  ".join(map(format, line, forms)) for line in lines]


def _explained(found: "list[Wire]") -> list[str]:
    """What the columns are, as far as the wires need it."""
    noisy = [wire.readings for wire in found if wire.ratio > 0]
    most = max(noisy, default=0)
    readings = "one reading" if most == 1 else f"up to {most} readings"
    conditions = _OF_NOISE.format(readings=readings) if noisy else ""
    said = _EXPLAINED.format(conditions=conditions).splitlines()
    if any(one.attacks["links"].known for wire in found for one in wire.verdicts.values()):
        said.append(_OF_LINKAGE)
    if any(wire.fine_tuned.known and wire.outside_guarantee for wire in found):
        said.append(_NOT_PRIVATE)
    return said


def failures(logs: Path, since: float) -> list[str]:
    """What each failed job said last, or that it was killed.

    Args:
        logs: the folder of the study's log files.
        since: only logs written after this time are read, in seconds since the epoch.

    Returns:
        The messages, one line each, without ``Error:``.
    """
    said = []
    for file in sorted(logs.rglob("*.log")):
        if file.stat().st_mtime >= since:
            last = (file.read_text(errors="replace").splitlines() or [""])[-1]
            if "Error: " in last:
                said.append(last.partition("Error: ")[2])
            elif FINISHED not in last:
                said.append(
                    "a job was killed before it could say why, often because memory ran out: "
                    f"close other programs and run the same command again (log: {file})"
                )
    return said
