"""The last words of a run on the terminal."""

from pathlib import Path

from intercept.columns import aligned
from intercept.runtime.script import FINISHED

_HEADING = ("", "accuracy", "out of", "strongest attack", "possible", "promised", "linkage")
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
        Lines of 100 characters where names are not long, two of them for each of the first wires,
        over all seeds: accuracy of the server part; out of the drawings of a character and out of
        all, the strongest attack on one input at a time, what is possible, what is promised, and
        linkage.
    """
    # Here, since every job of a run imports this module and only its end needs a table.
    from intercept.report.rows import judged_groups, read_rows
    from intercept.report.style import percent
    from intercept.report.verdict import FIRST, marked_accuracy, promise_text, wires

    rows = read_rows(summary)
    first, groups = rows.iloc[0], judged_groups(rows)
    said = ["", f"Study {first['study']} ({first['dataset']})"]
    files = [f"Table:  {summary}", f"Report: {page}"]
    if not groups:
        return "\n".join([*said, *files])
    images = f"{int(rows[f'{groups[0]}_images'].max()):,}"
    said[-1] += f": how often one of {images} {groups[0]} images is picked out of a wire"
    found, lines = wires(rows, groups[0]), [_HEADING]
    for wire in found[:FIRST]:
        for name, accuracy, among, measure in (
            (wire.target, marked_accuracy(wire), "character", "within_character"),
            (f"  {wire.name}", "", f"all {images}", "top1"),
        ):
            verdict = wire.verdicts[measure]
            attack, linked = verdict.most(), percent(verdict.attacks["links"].value)
            strongest = f"{percent(attack.value):>6} {', '.join(attack.attackers)}"
            optimum, promise = percent(verdict.optimum.value), promise_text(verdict.promise)
            lines.append((name, accuracy, among, strongest, optimum, promise, linked))
    said += aligned(lines, "<><<>>>")
    if len(found) > FIRST:
        said.append(f"... and {len(found) - FIRST} more wires on the page")
    most = max((wire.readings for wire in found if wire.ratio > 0), default=0)
    readings = "one reading" if most == 1 else f"up to {most} readings"
    said.append(_EXPLAINED.format(conditions=_OF_NOISE.format(readings=readings) if most else ""))
    if rows["links"].any():
        said.append(_OF_LINKAGE)
    if any(wire.fine_tuned.known and wire.outside_guarantee for wire in found):
        said.append(_NOT_PRIVATE)
    return "\n".join([*said, *files])


def failures(logs: Path, since: float) -> list[str]:
    """What each failed job said last, or that it could say nothing.

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
                said.append(f"a job was killed or could not start (log: {file})")
    return said
