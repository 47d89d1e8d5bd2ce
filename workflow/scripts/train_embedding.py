"""Train the embedding that tells characters apart, on what the attacker does not hold out."""

from intercept.attackers.surrogates import hold_out
from intercept.datasets import cache
from intercept.files import read_json
from intercept.hdf5 import whole_hdf5
from intercept.metrics.embedding import train_embedding
from intercept.script import Job, run


def main(snakemake: Job) -> None:
    """Write the embedding."""
    source = snakemake.input
    own = cache.read(source.images, read_json(source.manifest)["sets"]["attacker"])
    images = own.select(~hold_out(own))
    embedding = train_embedding(images.images, images.characters, int(snakemake.wildcards.seed))
    with whole_hdf5(snakemake.output.embedding) as file:
        embedding.save(file)


snakemake: Job
run(main, snakemake)
