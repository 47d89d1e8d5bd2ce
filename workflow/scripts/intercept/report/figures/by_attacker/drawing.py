"""Unseen images of one target above what every attacker rebuilds."""

import numpy as np
from matplotlib.figure import Figure

from intercept.attackers.answers import read_answers
from intercept.report.figures.choosing import first_and_drawn, to_judge_by
from intercept.report.figures.pictures import block, evaluation_images
from intercept.report.figures.sheet import sheet
from intercept.report.figures.source import Source


def draw(source: Source) -> Figure:
    """A block of the first images, and one of others drawn with the seed."""
    images = evaluation_images(source)
    candidates, group = to_judge_by(images.seen)
    first, drawn = first_and_drawn(candidates, source.names["seed"])
    headings = {
        f"The first {len(first)} {group} images": first,
        f"{len(drawn)} {group} images drawn at random": drawn,
    }
    rows: dict[str, list[tuple[str, np.ndarray]]] = {heading: [] for heading in headings}
    for place, (file,) in source.each("answers"):
        answers = read_answers(file)["evaluation"]
        for heading, chosen in headings.items():
            rows[heading].append((place["attacker"], answers[chosen]))
    blocks = [
        block(images.images[chosen], rows[heading], heading) for heading, chosen in headings.items()
    ]
    title = "{target}, cut at {wire}, seed {seed}".format(**source.names)
    return sheet(blocks, title)
