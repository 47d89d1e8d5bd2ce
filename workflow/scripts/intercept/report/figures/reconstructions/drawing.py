"""What one attacker rebuilds from each target: figures 5 to 8 of the post."""

from collections.abc import Mapping
from typing import Any

from matplotlib.figure import Figure

from intercept.attackers.answers import read_answers
from intercept.report.figures.pictures import SHOWN, block, evaluation_images
from intercept.report.figures.sheet import sheet
from intercept.report.figures.source import Source
from intercept.report.style import shown_epsilon
from intercept.runtime.files import read_json


def draw(source: Source) -> Figure:
    """The first evaluation images, and a row for each target of one wire and seed."""
    rows = [
        (
            target_label(place["target"], read_json(privacy)),
            read_answers(answers)["evaluation"][:SHOWN],
        )
        for place, (answers, privacy) in source.each("answers", "privacies")
    ]
    title = "Rebuilt by {attacker}, cut at {wire}, seed {seed}".format(**source.names)
    images = evaluation_images(source).images
    return sheet([block(images, rows)], title)


def target_label(target: str, privacy: Mapping[str, Any]) -> str:
    """What stands beside a target's images: its name and, trained with noise, its epsilon.

    Args:
        target: its name.
        privacy: its privacy record.
    """
    if not privacy["noise_multiplier"]:
        return target
    if privacy["claimed"]:
        return f"{target}\nε claimed: {shown_epsilon(privacy['claimed']['epsilon'])}"
    epsilon = privacy["epsilon"]["sampler_that_ran"]
    if epsilon is None:
        return f"{target}\nε unknown"
    holds = "" if privacy["network_is_guaranteed"] else ", not a guarantee"
    return f"{target}\nε = {shown_epsilon(epsilon)}{holds}"
