"""Show for every target what its strongest attacker rebuilds best, middling and worst."""

from pathlib import Path

import pandas as pd

from intercept.attackers.answers import read_answers
from intercept.datasets import cache
from intercept.report.figures.choosing import best_median_worst, to_judge_by
from intercept.report.figures.pictures import Extreme, extremes
from intercept.report.rows import read_rows
from intercept.report.strongest import strongest
from intercept.report.style import save
from intercept.runtime.files import read_json
from intercept.runtime.script import Job, run


def main(snakemake: Job) -> None:
    """Draw one release and seed."""
    source, names = snakemake.input, snakemake.wildcards
    manifest = read_json(source.manifest)
    images = cache.read(source.evaluation, manifest["sets"]["evaluation"])
    candidates, group = to_judge_by(images.seen)
    summary = read_rows(source.summary)
    attacks = strongest(summary[summary["release"].eq(names.release)], "within_character")
    files = {
        (place["target"], place["attacker"]): paths
        for place, *paths in zip(
            snakemake.params.places, source.scores, source.answers, strict=True
        )
    }
    shown = []
    for attack in attacks[attacks["seed"].eq(int(names.seed))].itertuples():
        scores, answers = files[attack.target, attack.attacker]
        ssim = pd.read_csv(scores).set_index("image")["ssim"][candidates]
        index = candidates[best_median_worst(ssim.to_numpy())]
        rebuilt = read_answers(answers)["evaluation"][index]
        label = f"{attack.target}, {attack.attacker}"
        shown.append(Extreme(label, images.images[index], rebuilt, ssim[index].to_numpy()))
    title = f"{group.capitalize()} images, cut at {names.release}, seed {names.seed}"
    figure = extremes(shown, "SSIM", title, manifest["synthetic"])
    save(figure, Path(snakemake.output.png).with_suffix(""))


snakemake: Job
run(main, snakemake)
