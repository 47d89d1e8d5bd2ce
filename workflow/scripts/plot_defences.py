"""Show the first unseen images above what is rebuilt of them through each defence of one target."""

from pathlib import Path

from intercept.attackers.answers import read_answers
from intercept.datasets import cache
from intercept.report.figures.choosing import to_judge_by
from intercept.report.figures.pictures import SHOWN, reconstructions
from intercept.report.rows import read_rows
from intercept.report.strongest import strongest
from intercept.report.style import save
from intercept.runtime.files import read_json
from intercept.runtime.script import Job, run


def main(snakemake: Job) -> None:
    """Draw one target cut at one layer: a row for each release, by its strongest attacker."""
    source, names = snakemake.input, snakemake.wildcards
    manifest = read_json(source.manifest)
    images = cache.read(source.evaluation, manifest["sets"]["evaluation"])
    candidates, group = to_judge_by(images.seen)
    shown = candidates[:SHOWN]
    summary = read_rows(source.summary)
    here = summary["target"].eq(names.target) & summary["cut_layer"].eq(names.cut_layer)
    attacks = strongest(summary[here], "within_character")
    files = {
        (place["release"], place["attacker"]): path
        for place, path in zip(snakemake.params.places, source.answers, strict=True)
    }
    rows = [
        (
            f"{attack.release}, {attack.attacker}",
            read_answers(files[attack.release, attack.attacker])["evaluation"][shown],
        )
        for attack in attacks[attacks["seed"].eq(int(names.seed))].itertuples()
    ]
    title = f"{names.target} cut at {names.cut_layer}: {group} images, seed {names.seed}"
    figure = reconstructions(images.images[shown], rows, manifest["synthetic"], title)
    save(figure, Path(snakemake.output.png).with_suffix(""))


snakemake: Job
run(main, snakemake)
