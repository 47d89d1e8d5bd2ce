"""A sample of each set."""

from collections.abc import Iterator

from intercept.report.figures.entry import Entry, Figure
from intercept.study import Study


def _entries(study: Study) -> Iterator[Entry]:
    for role in ("target", "attacker", "evaluation"):
        yield Entry(
            f"sample-{role}",
            f"A sample of the {role} set",
            "The first sixteen images of the set.",
            names={"role": role},
        )


FIGURE = Figure("samples", 0, "Data", ("images",), _entries)
