"""The leakage scale of each undefended wire."""

from collections.abc import Iterator

from intercept.report.figures.entry import Entry, Figure
from intercept.study import Study


def _entries(study: Study) -> Iterator[Entry]:
    for wire in study.undefended:
        yield Entry(
            f"leakage-scale/{wire}",
            f"Leakage from floor to ceiling, cut at {wire}",
            "Two panels, skill and identification within a character: on top the baselines, below "
            "them a band for each target with a mark for each attacker; the numbers are in the "
            "tables above.",
            names={"wire": wire},
            folded=wire != study.undefended[0],
        )


FIGURE = Figure("leakage", 0, "Results", ("summary", "baselines"), _entries)
