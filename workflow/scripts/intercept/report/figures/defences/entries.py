"""What is rebuilt through each defence, wherever one stands at the wire."""

from collections.abc import Iterator
from itertools import product

from intercept.report.figures.entry import Entry, Figure, attacks, rebuilding
from intercept.study import Study


def _entries(study: Study) -> Iterator[Entry]:
    cuts = [
        (target, layer)
        for target in study.targets
        for layer in study.cut_layers
        if any(
            wire.defended and wire.cut_layer == layer and target in wire.targets
            for wire in study.wires.values()
        )
    ]
    attackers = rebuilding(study)
    for number, (seed, (target, layer)) in enumerate(product(study.seeds, cuts)):
        here = [name for name, wire in study.wires.items() if wire.cut_layer == layer]
        if attackers:
            yield Entry(
                f"defences/seed-{seed}-{layer}-{target}",
                f"{target} behind each defence, cut at {layer}, seed {seed}",
                "A grid: the first images on top, below them a row for each defence with what its "
                "strongest attacker rebuilt.",
                names={"seed": seed, "cut_layer": layer, "target": target},
                places=attacks(study, attackers, here, seed=seed, target=target),
                folded=number > 0,
            )


FIGURE = Figure("frontier", 1, "Results", ("summary", "evaluation", "answers"), _entries)
