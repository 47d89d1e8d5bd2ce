"""Divide the attacker's images into folds, and augment them."""

from intercept.runtime.script import Job, run
from intercept.attackers.auxiliary import prepare_auxiliary, write_auxiliary
from intercept.attackers.settings import Augmentation
from intercept.datasets import cache
from intercept.runtime.files import read_json


def main(snakemake: Job) -> None:
    """Write the folds, the copies, and the components of both."""
    source, settings = snakemake.input, Augmentation(**snakemake.params.settings)
    images = cache.read(source.images, read_json(source.manifest)["sets"]["attacker"])
    auxiliary = prepare_auxiliary(images, settings, int(snakemake.wildcards.seed))
    write_auxiliary(snakemake.output.auxiliary, auxiliary)


snakemake: Job
run(main, snakemake)
