"""Leakage along the training, where attacks on checkpoints rebuilt images."""

from collections.abc import Iterator

from intercept.report.figures.entry import Entry, Figure, attacks, rebuilding
from intercept.study import Study


def _entries(study: Study) -> Iterator[Entry]:
    attacked = attacks(study, rebuilding(study), study.undefended)
    if any(place["target"] in study.checkpoints for place in attacked):
        yield Entry(
            "along-training",
            "Leakage along the training",
            "Over the epochs, a line for each training: on top identification within a character "
            "by the strongest attacker, below it validation accuracy; the numbers are in the "
            "tables above.",
            names={"trainings": list(dict.fromkeys(study.checkpoints.values()))},
        )


FIGURE = Figure("leakage", 2, "Results", ("summary", "baselines"), _entries)
