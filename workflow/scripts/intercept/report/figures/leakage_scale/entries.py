"""The leakage scale of each undefended release."""

from collections.abc import Iterator

from intercept.report.figures.entry import Entry, Figure
from intercept.study import Study


def _entries(study: Study) -> Iterator[Entry]:
    for release in study.undefended:
        yield Entry(
            f"leakage-scale/{release}",
            f"Leakage from floor to ceiling, cut at {release}",
            "Two panels, skill and identification within a character: on top the baselines, below "
            "them a band for each target with a mark for each attacker; the numbers are in the "
            "tables above.",
            names={"release": release},
            folded=release != study.undefended[0],
        )


FIGURE = Figure("leakage", 0, "Results", ("summary", "baselines"), _entries)
