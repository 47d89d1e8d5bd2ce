"""Show the first evaluation images above what one attacker rebuilds from each target."""

from pathlib import Path

from intercept.attackers.answers import read_answers
from intercept.datasets import cache
from intercept.report.figures.pictures import SHOWN, reconstructions, target_label
from intercept.report.style import save
from intercept.runtime.files import read_json
from intercept.runtime.script import Job, run


def main(snakemake: Job) -> None:
    """Draw one row for each target: figures 5 to 8 of the post."""
    source, names = snakemake.input, snakemake.wildcards
    manifest = read_json(source.manifest)
    originals = cache.read(source.evaluation, manifest["sets"]["evaluation"]).images
    rows = [
        (target_label(target, read_json(privacy)), read_answers(path)["evaluation"][:SHOWN])
        for path, privacy, target in zip(
            source.answers, source.privacies, snakemake.params.targets, strict=True
        )
    ]
    title = f"Rebuilt by {names.attacker}, cut at {names.release}, seed {names.seed}"
    figure = reconstructions(originals[:SHOWN], rows, manifest["synthetic"], title)
    save(figure, Path(snakemake.output.png).with_suffix(""))


snakemake: Job
run(main, snakemake)
