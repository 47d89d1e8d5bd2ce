"""What each attacker rebuilds, from each undefended wire and seed."""

from collections.abc import Iterator
from itertools import product

from intercept.report.figures.entry import Entry, Figure, attacks, rebuilding
from intercept.study import Study


def _entries(study: Study) -> Iterator[Entry]:
    attackers = rebuilding(study)
    first = study.seeds[0], study.undefended[0]
    for seed, wire in product(study.seeds, study.undefended):
        for attacker in study.attackers_at(wire):
            if attacker in attackers:
                yield Entry(
                    f"reconstructions/seed-{seed}-{wire}-{attacker}",
                    f"Reconstructions by attacker {attacker}, cut at {wire}, seed {seed}",
                    "A grid: the first evaluation images on top, below them a row for each target "
                    "with what the attacker rebuilt from the activations.",
                    names={"seed": seed, "wire": wire, "attacker": attacker},
                    places=attacks(study, [attacker], [wire], seed=seed),
                    folded=(seed, wire) != first,
                )


FIGURE = Figure("reconstructions", 0, "Results", ("evaluation", "answers", "privacies"), _entries)
