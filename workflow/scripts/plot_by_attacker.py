"""Show unseen images of one target above what every attacker rebuilds."""

from pathlib import Path

import numpy as np

from intercept.attackers.answers import read_answers
from intercept.datasets import cache
from intercept.report.figures.choosing import first_and_drawn, to_judge_by
from intercept.report.figures.pictures import by_attacker
from intercept.report.style import save
from intercept.runtime.files import read_json
from intercept.runtime.script import Job, run


def main(snakemake: Job) -> None:
    """Draw a block of the first images, and one of others drawn with the seed."""
    source, names = snakemake.input, snakemake.wildcards
    manifest = read_json(source.manifest)
    images = cache.read(source.evaluation, manifest["sets"]["evaluation"])
    candidates, group = to_judge_by(images.seen)
    first, drawn = first_and_drawn(candidates, int(names.seed))
    headings = {
        f"The first {len(first)} {group} images": first,
        f"{len(drawn)} {group} images drawn at random": drawn,
    }
    rows: dict[str, list[tuple[str, np.ndarray]]] = {heading: [] for heading in headings}
    for path, attacker in zip(source.answers, snakemake.params.attackers, strict=True):
        answers = read_answers(path)["evaluation"]
        for heading, chosen in headings.items():
            rows[heading].append((attacker, answers[chosen]))
    figure = by_attacker(
        [(heading, images.images[chosen], rows[heading]) for heading, chosen in headings.items()],
        f"{names.target}, cut at {names.release}, seed {names.seed}",
        manifest["synthetic"],
    )
    save(figure, Path(snakemake.output.png).with_suffix(""))


snakemake: Job
run(main, snakemake)
