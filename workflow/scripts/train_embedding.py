"""Train the embeddings that tell characters apart, on the attacker's images."""

from intercept.attackers.auxiliary import divide, part_name, parts
from intercept.datasets import cache
from intercept.hdf5 import whole_hdf5
from intercept.metrics.embedding import (
    EPOCHS,
    EPOCHS_OF_A_FOLD,
    epochs_for,
    gathered,
    train_embedding,
)
from intercept.runtime.files import read_json
from intercept.runtime.script import Job, run


def main(snakemake: Job) -> None:
    """Write the embedding of all images, and those that have not seen the labels of a fold."""
    source, seed = snakemake.input, int(snakemake.wildcards.seed)
    own = cache.read(source.images, read_json(source.manifest)["sets"]["attacker"])
    folds = divide(own)
    embeddings = {}
    for fold in parts(folds):
        images = own if fold is None else own.select(folds != fold)
        epochs = epochs_for(images.characters, EPOCHS if fold is None else EPOCHS_OF_A_FOLD)
        embeddings[part_name(fold)] = train_embedding(
            images.images, images.characters, seed, epochs
        )
    with whole_hdf5(snakemake.output.embedding) as file:
        embeddings.pop(part_name(None)).save(file)
    with whole_hdf5(snakemake.output.of_folds) as file:
        gathered(embeddings).save(file)


snakemake: Job
run(main, snakemake)
