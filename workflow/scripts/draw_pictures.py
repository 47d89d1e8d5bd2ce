"""Draw the same few evaluation images, and what each attack rebuilt of them."""

from intercept.runtime.script import Job, run
from intercept.attackers.answers import read_shown
from intercept.datasets import cache
from intercept.report.pictures import first_shown, write_pictures
from intercept.runtime.files import read_json


def main(snakemake: Job) -> None:
    """Write a picture of the images, and one of each attack."""
    source, output = snakemake.input, snakemake.output
    entry = read_json(source.manifest)["sets"]["evaluation"]
    evaluation = cache.read(source.evaluation, entry)
    shown = first_shown(evaluation.seen)
    write_pictures(output.originals, evaluation.images[shown])
    for answers, picture in zip(source.answers, output.rebuilt, strict=True):
        write_pictures(picture, read_shown(answers, shown))


snakemake: Job
run(main, snakemake)
