"""How the attackers learned whose history tells of epochs."""

from collections.abc import Iterator

from intercept.report.figures.entry import Entry, Figure, attacks
from intercept.study import Study


def _entries(study: Study) -> Iterator[Entry]:
    learning = [
        name
        for name, settings in study.attackers.items()
        if hasattr(settings, "epochs") and not hasattr(settings, "steps")
    ]
    if learning:
        yield Entry(
            "attackers",
            "How the attackers learned",
            "Mean squared error of each attacker that trains a network over the epochs, on the "
            "images that it learns from and on those held out, beside that of the mean image.",
            names={"targets": list(study.targets)},
            places=attacks(study, learning, study.undefended),
        )


FIGURE = Figure("training", 1, "Training", ("summary", "histories", "attacker"), _entries)
