"""The curves of identification of each undefended wire."""

from collections.abc import Iterator

from intercept.report.figures.entry import Entry, Figure, attacks
from intercept.study import Study


def _entries(study: Study) -> Iterator[Entry]:
    for wire in study.undefended:
        yield Entry(
            f"identification/{wire}",
            f"Identification among all candidates, cut at {wire}",
            "For each target a curve: the share of images identified within the first k "
            "candidates, beside chance; the numbers for one and for five are in the tables above.",
            names={"wire": wire},
            places=attacks(study, study.attackers, [wire]),
            folded=wire != study.undefended[0],
        )


FIGURE = Figure("leakage", 1, "Results", ("summary", "scores"), _entries)
