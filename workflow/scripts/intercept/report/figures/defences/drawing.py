"""The first unseen images above what is rebuilt of them through each defence of one target."""

from matplotlib.figure import Figure

from intercept.attackers.answers import read_answers
from intercept.report.figures.choosing import to_judge_by
from intercept.report.figures.pictures import SHOWN, block, evaluation_images
from intercept.report.figures.sheet import sheet
from intercept.report.figures.source import Source
from intercept.report.strongest import strongest


def draw(source: Source) -> Figure:
    """One target cut at one layer: a row for each wire, by its strongest attacker."""
    names = source.names
    images = evaluation_images(source)
    candidates, group = to_judge_by(images.seen)
    shown = candidates[:SHOWN]
    summary = source.table("summary")
    here = summary["target"].eq(names["target"]) & summary["cut_layer"].eq(names["cut_layer"])
    attacks = strongest(summary[here], "within_character")
    files = {
        (place["wire"], place["attacker"]): answers for place, (answers,) in source.each("answers")
    }
    rows = [
        (
            f"{attack.wire}, {attack.attacker}",
            read_answers(files[attack.wire, attack.attacker])["evaluation"][shown],
        )
        for attack in attacks[attacks["seed"].eq(names["seed"])].itertuples()
    ]
    title = "{target} cut at {cut_layer}: {group} images, seed {seed}".format(group=group, **names)
    return sheet([block(images.images[shown], rows)], title)
