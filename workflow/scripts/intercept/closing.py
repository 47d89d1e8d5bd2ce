"""The last words of a run on the terminal."""

from pathlib import Path
from typing import TYPE_CHECKING

from intercept.script import FINISHED

if TYPE_CHECKING:
    import pandas as pd

_PLACE = ["target", "seed", "release"]
_POST = "post"
_STRONGEST = {
    "skill": ("skill", "{:+.2f}"),
    "within": ("within_character", "{:.1%}"),
    "top-1": ("top1", "{:.2%}"),
    "ink F1": ("ink_f1", "{:.2f}"),
}


def headline(summary: Path, page: Path) -> str:
    """What the attackers of a finished study got, and where to read on.

    Args:
        summary: ``summary.csv`` with at least one row.
        page: the report, whose path is shown.

    Returns:
        Lines, one of them for each target, seed and undefended release: validation accuracy; each
        measure with the attacker that is strongest in it on its held-out images; then top-1 by
        attackers that rebuild no image, and by the post's decoder where it is not the only one
        that does. Then one for each target and release behind a defence: what the server part
        and the attackers make of it, and the ceiling, if there is one.
    """
    # Here, since every job of a run imports this module and only its end needs a table.
    import pandas as pd

    from intercept.report.frontier import undefended
    from intercept.report.rows import read_rows
    from intercept.report.strongest import strongest

    everything = read_rows(summary)
    rows = undefended(everything)
    first = rows.iloc[0]
    group = "unseen" if rows["unseen_images"].max() > 0 else "seen"
    columns = {"validation": _shown(rows, "validation_accuracy", "{:.1%}")}
    for title, (measure, form) in _STRONGEST.items():
        columns[title] = _shown(strongest(rows, measure), f"{group}_{measure}", form, by=True)
    beside = list(rows.loc[~rows["rebuilds"], "attacker"].unique())
    if set(rows.loc[rows["rebuilds"], "attacker"]) > {_POST}:
        beside.append(_POST)
    for attacker in beside:
        found = rows[rows["attacker"] == attacker]
        columns[f"{attacker} top-1"] = _shown(found, f"{group}_top1", "{:.2%}")
    varying = [rows[key].nunique() > 1 for key in _PLACE[1:]]
    lines = {}
    for target, *others in dict.fromkeys(rows[_PLACE].itertuples(index=False, name=None)):
        named = zip(_PLACE[1:], others, varying, strict=True)
        label = ", ".join([target, *(f"{key} {value}" for key, value, shown in named if shown)])
        lines[label] = [found.get((target, *others), "-") for found in columns.values()]
    table = pd.DataFrame.from_dict(lines, orient="index", columns=list(columns))
    synthetic = ", synthetic data" if first["synthetic"] else ""
    return "\n".join(
        [
            "",
            f"Study {first['study']} ({first['dataset']}{synthetic}): what the wire gives away",
            f"of {group} images, by the attackers that are strongest on images of their own",
            table.to_string(),
            *_behind_defences(everything, group),
            f"Table:  {summary}",
            f"Report: {page}",
        ]
    )


def _behind_defences(rows: "pd.DataFrame", group: str) -> list[str]:
    """What defences at the wire cost and leave, over all seeds; nothing if there is none."""
    import pandas as pd

    from intercept.report.frontier import UNDEFENDED, points
    from intercept.report.style import MISSING, percent

    bounds = rows.groupby(["target", "release"])[f"{group}_within_character_bound"].max()
    lines = {
        f"{one.target}, {one.release}": [
            percent(one.accuracy.value),
            percent(one.fine_tuned.value),
            percent(one.leaks["within_character"].value),
            f"{one.leaks['skill'].value:+.2f}" if one.leaks["skill"].known else MISSING,
            "none"
            if pd.isna(bounds[one.target, one.release])
            else percent(bounds[one.target, one.release]),
        ]
        for one in points(rows, group)
        if one.defence != UNDEFENDED
    }
    if not lines:
        return []
    columns = ["accuracy", "fine-tuned", "within", "skill", "within, at most"]
    table = pd.DataFrame.from_dict(lines, orient="index", columns=columns)
    return ["behind defences at the wire", table.to_string()]


def _shown(rows: "pd.DataFrame", column: str, form: str, by: bool = False) -> dict[tuple, str]:
    """Values as text by target, seed and release, with `by` their attackers; no absent ones."""
    known = rows.dropna(subset=[column])
    places = known[_PLACE].itertuples(index=False, name=None)
    return {
        place: form.format(value) + (f" {attacker}" if by else "")
        for place, value, attacker in zip(places, known[column], known["attacker"], strict=True)
    }


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
