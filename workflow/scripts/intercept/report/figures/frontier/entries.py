"""Accuracy against leakage, where images are rebuilt."""

from collections.abc import Iterator

from intercept.report.figures.entry import Entry, Figure, rebuilding
from intercept.study import Study


def _entries(study: Study) -> Iterator[Entry]:
    if rebuilding(study):
        yield Entry(
            "frontier",
            "Leakage over accuracy",
            "Leakage over accuracy: a mark for every target and defence, two panels for each cut "
            "layer, of who has to rebuild and of who has the candidates; the numbers are in the "
            "table above.",
        )


FIGURE = Figure("frontier", 0, "Results", ("summary", "baselines"), _entries)
