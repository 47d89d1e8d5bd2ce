"""Draw the first images of a set."""

from intercept.runtime.script import Job, run
from intercept.datasets import cache
from intercept.report.pictures import SHOWN, write_pictures
from intercept.runtime.files import read_json


def main(snakemake: Job) -> None:
    """Write a picture of them."""
    entry = read_json(snakemake.input.manifest)["sets"][snakemake.wildcards.role]
    images = cache.read(snakemake.input.images, entry).images
    write_pictures(snakemake.output.picture, images[:SHOWN])


snakemake: Job
run(main, snakemake)
