"""Divide the attacker's images into folds, and alter copies of them."""

from intercept.attackers.settings import Augmentation
from intercept.attackers.surrogates import make_surrogates, write_surrogates
from intercept.datasets import cache
from intercept.runtime.files import read_json
from intercept.runtime.script import Job, run


def main(snakemake: Job) -> None:
    """Write the folds, the copies, and the components of both."""
    source, settings = snakemake.input, Augmentation(**snakemake.params.settings)
    images = cache.read(source.images, read_json(source.manifest)["sets"]["attacker"])
    surrogates = make_surrogates(images, settings, int(snakemake.wildcards.seed))
    write_surrogates(snakemake.output.surrogates, surrogates)


snakemake: Job
run(main, snakemake)
