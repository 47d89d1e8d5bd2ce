"""What each step brings to attackers whose history tells of steps."""

from collections.abc import Iterator

from intercept.report.figures.entry import Entry, Figure, attacks
from intercept.study import Study


def _entries(study: Study) -> Iterator[Entry]:
    improving = [name for name, one in study.attackers.items() if hasattr(one, "steps")]
    if improving:
        yield Entry(
            "improvement",
            "What each step brings",
            "Over the steps of each attacker that improves its answers, a line for each target: "
            "the activation-matching loss, and identification of the attacker's held-out images.",
            names={"targets": list(study.targets)},
            places=attacks(study, improving, study.undefended),
        )


FIGURE = Figure("training", 2, "Training", ("histories",), _entries)
