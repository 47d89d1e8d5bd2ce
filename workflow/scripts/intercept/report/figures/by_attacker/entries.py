"""What every attacker rebuilds of one target, for each undefended wire and seed."""

from collections.abc import Iterator
from itertools import product

from intercept.report.figures.entry import Entry, Figure, attacks, rebuilding
from intercept.study import Study


def _entries(study: Study) -> Iterator[Entry]:
    attackers = rebuilding(study)
    for seed, wire in product(study.seeds, study.undefended):
        for target in study.wires[wire].targets:
            if attackers and target not in study.checkpoints:
                yield Entry(
                    f"by-attacker/seed-{seed}-{wire}-{target}",
                    f"{target} by every attacker, cut at {wire}, seed {seed}",
                    "Two grids, of the first images and of some drawn at random: the images on "
                    "top, below them a row for each attacker with what it rebuilt.",
                    names={"seed": seed, "wire": wire, "target": target},
                    places=attacks(study, attackers, [wire], seed=seed, target=target),
                )


FIGURE = Figure("by_attacker", 0, "Results", ("evaluation", "answers"), _entries)
