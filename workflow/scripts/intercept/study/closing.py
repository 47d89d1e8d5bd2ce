"""The last words of a run on the terminal."""

import csv
import re
import signal
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from textwrap import fill, wrap
from typing import TYPE_CHECKING

from intercept.runtime.checksums import verify
from intercept.runtime.columns import aligned
from intercept.runtime.errors import UserError
from intercept.runtime.files import read_json
from intercept.runtime.handed_on import FINISHED

if TYPE_CHECKING:  # every job of a run imports this module, and only its end needs a table
    from intercept.report.verdict import Wire

_WIDTH = 100  # characters of a line

NOT_MET = 3
"""The exit code of a study whose goal is not met."""

_GOAL_FAILED = "the goal is not met"  # what the job that ends a study by its goal says first

_HEADING = ("", "accuracy", "out of", "one at a time", "possible", "promised", "linkage")
_EXPLAINED = (
    "One at a time: the strongest attack on one input at a time. Possible: by the best rule, among "
    "these candidates. Promised: what nobody exceeds among as many equally likely candidates of "
    "any kind, one input at a time{conditions}; none: nothing is promised."
)
_OF_CHANCE = ", where {drawn} fresh and secret ({readings})"
_OF_LINKAGE = "Linkage: readings of all inputs jointly, which neither possible nor promised covers."
# What Snakemake says of a script that failed, and what bash says by exit statuses.
_ENDED = re.compile(
    r"\.(\w+)\.py\S* (?:returned non-zero exit status (\d+)|died with <Signals\.(\w+)[:>])"
)
_DRAWING = ("plot_figure", "draw_sample")  # scripts whose files are named after what they draw
_NOT_STARTED = {126: "its command cannot be run", 127: "its command was not found"}
_SIGNALLED = 128
_OF_A_FILE = (
    "Network {target}: right on {accuracy} of the validation images; the largest class has "
    "{largest}"
)
_GUESSES = (
    "!! {target} is no better than guessing: check its pixels, and that its classes are in\n"
    "the order of this data set."
)
_TOO_FEW = (
    "!! Of so few validation images it cannot be told whether {target} is better than guessing\n"
    "their largest class: add some of the other classes."
)
_NOT_PRIVATE = "‡ of a server part that was trained further without differential privacy"


def is_of(summary: Path, config_hash: str) -> bool:
    """Whether a table, ``summary.csv``, was made by this configuration; False if there is none.

    Nor is one without rows, or a damaged one: the jobs that read it say so.
    """
    if not sound(summary):
        return False
    try:
        with summary.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file, strict=True))
    except (OSError, ValueError, csv.Error):
        return False
    # Of a row that is cut short the last columns are None; of one that is too long the key is.
    whole = all(None not in row and None not in row.values() for row in rows)
    return bool(rows) and whole and all(row.get("config_hash") == config_hash for row in rows)


def sound(*files: Path) -> bool:
    """Whether all of these are there, and what was written there, as far as that is known."""
    try:
        verify(files)
        return all(file.stat().st_size for file in files)
    except (OSError, UserError):
        return False


def last_words(summary: Path, page: Path, judged: Path | None, config_hash: str) -> str:
    """What is said after a run of a whole study; nothing where its files are damaged.

    Args:
        summary: see `is_of`.
        page: the report.
        judged: ``goal.json``, if the study has a goal.
        config_hash: see `is_of`.
    """
    if not (is_of(summary, config_hash) and sound(page)):
        return ""
    try:
        said = [headline(summary, page)]
        if judged and sound(judged):
            said.append(goal(judged))
    except (ValueError, TypeError, LookupError, UserError):  # damage that no checksum tells of
        return ""
    return "\n".join(said)


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
    from intercept.report.rows import judged_groups, not_run_in_words, read_not_run, read_rows
    from intercept.report.style import percent
    from intercept.report.targets import networks_of_files
    from intercept.report.verdict import FIRST, marked_accuracy, promise_text, wires

    rows = read_rows(summary)
    first, groups = rows.iloc[0], judged_groups(rows)
    said = ["", f"Study {first['study']} ({first['dataset']})"]
    networks = []
    for network in networks_of_files(rows):
        shares = {key: percent(network[key]) for key in ("accuracy", "largest")}
        networks.append(_OF_A_FILE.format(target=network["target"], **shares))
        if network["guesses"]:
            networks.append(_GUESSES.format(target=network["target"]))
        elif network["untold"]:
            networks.append(_TOO_FEW.format(target=network["target"]))
    networks += not_run_in_words(read_not_run(summary))
    files = [f"Table:  {summary}", f"Report: {page}"]
    if not groups:
        return "\n".join([*said, *networks, *files])
    images = f"{int(rows[f'{groups[0]}_images'].max()):,}"
    said[-1] += f": how often the right candidate is picked out, over {images} {groups[0]} images"
    found, lines = wires(rows, groups[0]), [_HEADING]
    for wire in found[:FIRST]:
        for name, accuracy, among, measure in (
            (wire.target, marked_accuracy(wire), "its character", "within_character"),
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
    conditions = _conditions([wire for wire in found if wire.noisy])
    said += wrap(_EXPLAINED.format(conditions=conditions), _WIDTH, break_on_hyphens=False)
    if rows["links"].any():
        said.append(_OF_LINKAGE)
    if any(wire.fine_tuned.known and wire.outside_guarantee for wire in found):
        said.append(_NOT_PRIVATE)
    return "\n".join([*said, *networks, *files])


def _conditions(noisy: Sequence["Wire"]) -> str:
    if not noisy:
        return ""
    answers = [wire.answers for wire in noisy]
    drawn = (
        "answers are" if all(answers) else "noise and answers are" if any(answers) else "noise is"
    )
    most = max(wire.readings for wire in noisy)
    readings = "one reading" if most == 1 else f"up to {most} readings"
    return _OF_CHANCE.format(drawn=drawn, readings=readings)


def of_goal_alone(said: Sequence[str]) -> bool:
    """Whether what failed in a run is the goal of its study and nothing else.

    Args:
        said: what `failures` found.
    """
    return bool(said) and all(one.startswith(_GOAL_FAILED) for one in said)


def goal(record: Path) -> str:
    """What is said of the goal of a finished study, in its ``goal.json``."""
    found = read_json(record)
    said = [f"Goal {'MET' if found['met'] else 'NOT MET'}. {found['said']}"]
    if found["met"]:
        said.append(f"Device and server part: {found['wires'][0]['folders'][0]}/")
    said.append(f"Not covered: {'; '.join(found['not_covered'])}.")
    return "\n".join(fill(line, _WIDTH, break_on_hyphens=False) for line in said)


def failures(logs: Path, since: float, of_snakemake: Sequence[Path]) -> list[str]:
    """What each failed job said last; of one that said nothing, how it ended.

    Args:
        logs: the folder of the study's log files.
        since: only logs written after this time are read, in seconds since the epoch.
        of_snakemake: Snakemake's own logs of the run.

    Returns:
        The messages, one line each, without ``Error:``.
    """
    said, ends = [], _ends([path.read_text(errors="replace") for path in of_snakemake])
    for file in sorted(logs.rglob("*.log")):
        if file.stat().st_mtime >= since:
            last = (file.read_text(errors="replace").splitlines() or [""])[-1]
            if "Error: " in last:
                said.append(last.partition("Error: ")[2])
            elif FINISHED not in last:
                ended = sorted(ends[script_of(file, logs)])
                how = " or ".join(ended) or "ended before its last word"
                said.append(f"a job {how} (log: {file})")
    return said


def script_of(file: Path, folder: Path) -> str:
    """The script whose job a log, or what Snakemake measured, is of.

    Args:
        file: as its rule names it.
        folder: of the study, that all of them are in.
    """
    first = file.relative_to(folder).parts[0]
    return first if first in _DRAWING else file.stem


def _ends(texts: Iterable[str]) -> dict[str, set[str]]:
    """How the jobs of each script ended that failed, by the script's name."""
    found: dict[str, set[str]] = defaultdict(set)
    for script, status, name in (match for text in texts for match in _ENDED.findall(text)):
        number = int(status or 0)
        if number in _NOT_STARTED:
            how = f"could not be started: {_NOT_STARTED[number]}"
        elif name or number > _SIGNALLED:
            how = f"was killed by {name or _signal(number - _SIGNALLED)}"
        else:
            how = f"ended with exit status {number} and said nothing"
        found[script].add(how)
    return found


def _signal(number: int) -> str:
    known = number in {one.value for one in signal.Signals}
    return signal.Signals(number).name if known else f"signal {number}"
