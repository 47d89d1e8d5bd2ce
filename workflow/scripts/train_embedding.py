"""Train the embedding that tells characters apart, on the attacker's images alone."""

from intercept.datasets import cache
from intercept.files import read_json
from intercept.hdf5 import whole_hdf5
from intercept.metrics.embedding import train_embedding
from intercept.script import Job, run


def main(snakemake: Job) -> None:
    """Write the embedding."""
    source = snakemake.input
    images = cache.read(source.images, read_json(source.manifest)["sets"]["attacker"])
    embedding = train_embedding(images.images, images.characters, int(snakemake.wildcards.seed))
    with whole_hdf5(snakemake.output.embedding) as file:
        embedding.save(file)


snakemake: Job
run(main, snakemake)
