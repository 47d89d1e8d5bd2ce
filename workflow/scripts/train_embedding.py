"""Train the embeddings that tell characters apart, on the attacker's images."""

from intercept.runtime.script import Job, run
from intercept.attackers.auxiliary import divide, part_name, parts
from intercept.datasets import cache
from intercept.metrics.embedding import (
    EPOCHS,
    EPOCHS_OF_A_FOLD,
    epochs_for,
    train_embedding,
    write_embeddings,
)
from intercept.runtime.files import read_json


def main(snakemake: Job) -> None:
    """Write the embedding of all images, and those that have not seen the labels of a fold."""
    source, seed = snakemake.input, int(snakemake.wildcards.seed)
    own = cache.read(source.images, read_json(source.manifest)["sets"]["attacker"])
    folds = divide(own)
    embeddings = {}
    for fold in parts(folds):
        images = own if fold is None else own.select(folds != fold)
        shown = images.characters
        most = EPOCHS if fold is None else EPOCHS_OF_A_FOLD
        epochs = epochs_for(len(shown), len(set(shown)), most)
        embeddings[part_name(fold)] = train_embedding(images.images, shown, seed, epochs)
    write_embeddings(snakemake.output.embeddings, embeddings)


snakemake: Job
run(main, snakemake)
