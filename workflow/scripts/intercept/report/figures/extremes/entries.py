"""The best, the middle and the worst reconstructions of each undefended wire and seed."""

from collections.abc import Iterator
from itertools import product

from intercept.report.figures.entry import Entry, Figure, attacks, rebuilding
from intercept.study import Study


def _entries(study: Study) -> Iterator[Entry]:
    attackers = rebuilding(study)
    first = study.seeds[0], study.undefended[0]
    for seed, wire in product(study.seeds, study.undefended):
        if attackers:
            yield Entry(
                f"extremes/seed-{seed}-{wire}",
                f"Best, median and worst reconstructions, cut at {wire}, seed {seed}",
                "For each target a row of images and below it what its strongest attacker "
                "rebuilt: four of the best, four of the middle and four of the worst.",
                names={"seed": seed, "wire": wire},
                places=attacks(study, attackers, [wire], seed=seed),
                folded=(seed, wire) != first,
            )


FIGURE = Figure(
    "reconstructions", 1, "Results", ("summary", "evaluation", "scores", "answers"), _entries
)
